//! `GET /api/v1/whoami` beside a bare actix route: the same server, one connection, one call after the other.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::channel;

use actix_web::{HttpResponse, HttpServer, web};
use criterion::Criterion;
use token_admin::NewToken;
use token_bench::{Connection, print_ratio};
use token_core::Author;
use token_http::{HttpState, configure};
use token_seal::MasterKey;
use token_testkit::{FixedClock, Product, SeededRandomness};

/// The product over an embedded database in `folder`, and the text of one token.
fn product(folder: &std::path::Path) -> (Arc<HttpState>, String) {
    let (clock, randomness) = (Arc::new(FixedClock::at(1_900_000_000)), Arc::new(SeededRandomness::new(1)));
    let master = Arc::new(MasterKey::generate(randomness.as_ref()).expect("a key"));
    let address = format!("sqlite://{}", folder.join("bench.db").display());
    let product = Product::open(&address, &master, &clock, &randomness);
    let new = NewToken {
        name: "bench".parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles: token_core::RoleSet::none(),
        expires_at: None,
        allowed_networks: None,
    };
    let created = product.admin.create_token(&Author::command_line(), &new).expect("a token").value;
    product.guard.look().expect("the keys");
    (product.state(), created.text.expose().to_owned())
}

/// One server with both routes; ends with the process.
fn serve(state: Arc<HttpState>) -> SocketAddr {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let bare = || async { HttpResponse::Ok().body("{}") };
            let app = move || {
                actix_web::App::new().route("/bare", web::get().to(bare)).configure(configure(Arc::clone(&state)))
            };
            let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").expect("a port");
            tell.send(server.addrs().first().copied().expect("an address")).expect("somebody listens");
            server.run().await
        })
    });
    told.recv().expect("an address")
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (state, text) = product(folder.path());
    let mut connection = Connection::open(serve(state));
    let request = |path: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n\r\n").into_bytes()
    };
    let requests = [request("/bare"), request("/api/v1/whoami")];
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("whoami");
    for (name, request) in ["a bare actix route", "guarded"].into_iter().zip(&requests) {
        group.bench_function(name, |b| b.iter(|| connection.ok(request)));
    }
    group.finish();
    let [bare, guarded] = requests;
    let connection = std::cell::RefCell::new(connection);
    print_ratio(
        "a guarded route beside a bare one",
        || connection.borrow_mut().ok(&bare),
        || connection.borrow_mut().ok(&guarded),
    );
}
