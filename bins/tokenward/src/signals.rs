//! The end of a server: asked once, it finishes its calls; asked twice, it ends at once. Ctrl-C asks like `kill` does.

use std::pin::pin;

use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::select;

/// What a server listens to beside calls.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Ends the server as it is asked to.
    pub(crate) async fn end(mut self, server: ServerHandle) {
        self.next().await;
        tracing::info!("asked to end: the calls that are here are finished, new ones are not taken");
        actix_web::rt::spawn(server.stop(true));
        self.next().await;
        // What was answered is on the disk; whoever asks twice does not want to wait for what was not.
        tracing::warn!("asked again: ends now");
        std::process::exit(1);
    }

    async fn next(&mut self) {
        select(pin!(self.terminate.recv()), pin!(self.interrupt.recv())).await;
    }
}
