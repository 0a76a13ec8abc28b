//! What a server is asked by signals. To end: asked once, it finishes its calls; asked twice, it ends at once; Ctrl-C
//! asks like `kill` does. To read its certificate again: by SIGHUP, which ends a server that has none, as it ends
//! programs whose terminal is closed.

use std::pin::pin;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::{Either, select};
use token_core::Clock;

use crate::tls::Tls;

/// What a server listens to beside calls.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    tls: Option<Arc<Tls>>,
    clock: Arc<dyn Clock>,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen(tls: Option<Arc<Tls>>, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            tls,
            clock,
        })
    }

    /// Does what is asked, until the server has ended as it was asked to.
    pub(crate) async fn obey(mut self, server: ServerHandle) {
        self.asked_to_end().await;
        tracing::info!("asked to end: the calls that are here are finished, new ones are not taken");
        actix_web::rt::spawn(server.stop(true));
        self.asked_to_end().await;
        // What was answered is on the disk; whoever asks twice does not want to wait for what was not.
        tracing::warn!("asked again: ends now");
        std::process::exit(1);
    }

    async fn asked_to_end(&mut self) {
        loop {
            let (terminate, interrupt) = (&mut self.terminate, &mut self.interrupt);
            let end = pin!(async { select(pin!(terminate.recv()), pin!(interrupt.recv())).await.factor_first().0 });
            let hang_up = pin!(self.hang_up.recv());
            let hung_up = matches!(select(end, hang_up).await, Either::Right(_));
            let Some(tls) = self.tls.as_ref().filter(|_| hung_up) else { return };
            reload(tls, self.clock.as_ref());
        }
    }
}

fn reload(tls: &Tls, clock: &dyn Clock) {
    match tls.reload(clock.now().seconds()) {
        Ok(()) => tracing::info!("the certificate was read again; new connections get it"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "the certificate was read again and is not used: the one before stays");
        }
    }
}
