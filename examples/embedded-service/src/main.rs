//! A small service with assets, whose callers show tokens of a Tokenward server. It checks them in this process, without a
//! call per request, and refuses a token from the moment on at which its revocation has returned.
//!
//! ```sh
//! TOKENWARD_URL=http://127.0.0.1:8080 TOKENWARD_TOKEN=eyJ… LISTEN=127.0.0.1:9090 cargo run -p embedded-service
//! ```
//!
//! `TOKENWARD_TOKEN` is a token with a role that allows `guards:follow`. `TOKENWARD_CA` may name a file with the
//! certificates, in PEM, of the authority behind an `https` address.

mod assets;
mod settings;

use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use token_client::Remote;
use token_core::Clock;
use token_guard::WallClock;
use token_guard::actix::GuardLayer;

use settings::Settings;

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Settings(#[from] settings::SettingsError),
    #[error("cannot follow the token server: {0}")]
    Connect(#[from] token_client::ConnectError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("embedded-service: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Settings { server, token, authorities, listen } = Settings::read(|name| std::env::var(name).ok())?;
    let mut remote = Remote::new(&server, &token);
    if let Some(authorities) = authorities {
        remote = remote.trusting(&std::fs::read(authorities)?);
    }
    // From here on this process is a node: whoever revokes a token waits until it knows.
    let remote = remote.connect()?;
    let layer = GuardLayer::new(remote.guard(), Arc::new(WallClock::default()) as Arc<dyn Clock>);
    let app = move || {
        App::new()
            .route("/healthz", web::get().to(HttpResponse::NoContent))
            .service(web::scope("/assets").wrap(layer.clone()).configure(assets::routes))
    };
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(app).workers(2).shutdown_timeout(5).bind(listen)?;
        println!("listens on http://{listen}");
        server.run().await
    })?;
    // Dropped last: it leaves, and nobody waits for it any more.
    drop(remote);
    Ok(())
}
