//! A server in this process, on one thread of its own.

use std::net::SocketAddr;
use std::sync::mpsc::channel;

use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

/// Serves what is registered, and ends with the process.
///
/// # Panics
///
/// When there is no port.
#[must_use]
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
pub fn serve(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> SocketAddr {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let app = move || App::new().configure(configure.clone());
            let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").expect("a port");
            tell.send(server.addrs().first().copied().expect("an address")).expect("somebody listens");
            server.run().await
        })
    });
    told.recv().expect("an address")
}
