//! A small service that reads the database of a Tokenward server itself, without the server. It needs no master key, and
//! cannot sign. Whoever changes something, by the server or on the command line, waits until this process knows.
//!
//! ```sh
//! DATABASE=sqlite://tokenward-data/tokenward.db LISTEN=127.0.0.1:9090 cargo run -p own-database
//! ```

mod following;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use token_core::Clock;
use token_guard::actix::{GuardLayer, Require};
use token_guard::{Guard, WallClock};

use following::{Failure, follow};

token_guard::requirement! {
    /// May see assets.
    ReadAssets = "assets:read";
}

async fn list(caller: Require<ReadAssets>) -> HttpResponse {
    HttpResponse::Ok().body(format!("the assets, for {}\n", caller.caller().name()))
}

fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("own-database: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let listen: SocketAddr = variable("LISTEN", "127.0.0.1:9090").parse().map_err(|_| Failure::Listen)?;
    let database = variable("DATABASE", "sqlite://tokenward-data/tokenward.db");

    let clock: Arc<dyn Clock> = Arc::new(WallClock::default());
    let (guard, following) = follow(&database, &clock)?;
    serve(listen, &guard, &clock)?;
    // Dropped last: it leaves, and nobody waits for it any more.
    drop(following);
    Ok(())
}

fn serve(listen: SocketAddr, guard: &Arc<Guard>, clock: &Arc<dyn Clock>) -> Result<(), Failure> {
    let layer = GuardLayer::new(Arc::clone(guard), Arc::clone(clock));
    let app = move || {
        App::new()
            .route("/healthz", web::get().to(HttpResponse::NoContent))
            .service(web::scope("/assets").wrap(layer.clone()).route("", web::get().to(list)))
    };
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(app).workers(2).shutdown_timeout(5).bind(listen)?;
        println!("listens on http://{listen}");
        server.run().await
    })?;
    Ok(())
}
