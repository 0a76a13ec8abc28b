//! A small axum service that issues tokens itself, keeps them in a store of its own, and admits callers by them.
//!
//! ```sh
//! LISTEN=127.0.0.1:9090 cargo run -p own-store
//! ```
//!
//! It prints the text of a token that may make others. This store lives in memory; what a guard needs of one that lives
//! longer is the same four methods.

mod desk;
mod routes;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use token_core::{Clock, GuardSource, NodeId};
use token_guard::{Follow, Following, Guard, WallClock};
use token_jwt::SystemRandomness;
use tokio::net::TcpListener;

use desk::{Desk, Failure};
use store::OwnStore;

/// How long the guard goes by what it has read, if the store stops answering.
const LEASE: Duration = Duration::from_secs(1);

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("own-store: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock::default());
    let store = OwnStore::default();
    let source = Arc::new(store.clone()) as Arc<dyn GuardSource>;
    let guard = Arc::new(Guard::open(source, Follow::new(NodeId::new(&SystemRandomness::new())?, LEASE))?);
    // The first round registers the node, the second makes it fresh.
    for _ in 0..2 {
        guard.round()?;
    }
    let following = Following::begin(&guard, LEASE / 4, None, |_| {})?;
    let desk = Desk::open(store, Arc::clone(&clock), Arc::clone(&guard))?;
    let first = desk.issue("keeper", &["allow tokens:*", "allow assets:read"])?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:9090".to_owned());
        let listener = TcpListener::bind(listen).await?;
        println!("listens on http://{}", listener.local_addr()?);
        println!("{}", first.expose());
        let app = routes::router(Arc::clone(&guard), clock, Arc::new(desk));
        axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
    })?;
    drop(following);
    Ok(())
}
