//! The load report: a guarded actix route beside the same route bare, and beside the design everybody builds first, each in
//! a server process of its own, called in turns by one client over 32 connections. CPU is that of the server alone.
//! Tokens are called in turn, 1 000 and 100 000 of them.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use actix_web::{App, HttpResponse, HttpServer, web};
use token_bench::{Connection, Installation};
use token_core::{Clock, GuardSource as _, Permission};
use token_guard::actix::{GuardLayer, Require, Requirement, presented};
use token_guard::{Following, Presented};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt};
use token_store::TokenStore;

/// Connections of the client.
const CONNECTIONS: usize = 32;
/// Requests of one turn of one server.
const TURN: usize = 16_000;
/// Turns of each server.
const TURNS: usize = 15;
const KINDS: [&str; 3] = ["bare", "guarded", "naive"];

struct ReadAssets;

impl Requirement for ReadAssets {
    const PERMISSION: Permission = Permission::literal("assets:read");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, kind, folder, tokens] = arguments.as_slice()
        && word == "serve"
    {
        return serve(kind, Path::new(folder), tokens.parse().expect("a number"));
    }
    for tokens in [1_000, 100_000] {
        report(tokens);
    }
}

/// One server, until its standard input ends.
fn serve(kind: &str, folder: &Path, tokens: usize) {
    let installation = Installation::with(folder, tokens);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let product = &installation.product;
    let (guard, clock) = (installation.guard(), Arc::clone(&installation.clock) as Arc<dyn Clock>);
    let store = Arc::clone(&product.store);
    let listen = Arc::clone(&store);
    let poll = std::time::Duration::from_millis(250);
    let _following =
        Following::begin(&guard, poll, Some(Arc::new(move || listen.wake_ups())), |_| {}).expect("threads");
    let keys = store.rules().expect("keys").value.keys;
    let ring = Arc::new(KeyRing::new(&keys.keys, keys.identity.as_ref()).expect("a ring"));
    let kind = kind.to_owned();
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let (store, ring) = (Arc::clone(&store), Arc::clone(&ring));
            let layer = GuardLayer::new(Arc::clone(&guard), Arc::clone(&clock));
            let guarded = |_: Require<ReadAssets>| async { HttpResponse::Ok().body("{}") };
            let bare = || async { HttpResponse::Ok().body("{}") };
            let naive = move |request: actix_web::HttpRequest| naive(request, Arc::clone(&store), Arc::clone(&ring));
            App::new()
                .service(web::resource("/bare").route(web::get().to(bare)))
                .service(web::resource("/guarded").route(web::get().to(guarded)).wrap(layer))
                .service(web::resource("/naive").route(web::get().to(naive)))
        });
        // Nobody is sent away for having waited while the others had their turn.
        let never = std::time::Duration::ZERO;
        let server = server.client_request_timeout(never).keep_alive(std::time::Duration::from_hours(1));
        let server = server.workers(1).bind("127.0.0.1:0").expect("a port");
        println!("{} {kind}", server.addrs().first().expect("an address"));
        let running = server.disable_signals().run();
        let handle = running.handle();
        std::thread::spawn(move || {
            let _ = std::io::stdin().lines().count();
            std::process::exit(0);
        });
        let _ = (running.await, handle);
    });
}

/// Checks the signature and reads the token, beside the event loop, with every call.
async fn naive(request: actix_web::HttpRequest, store: Arc<TokenStore>, ring: Arc<KeyRing>) -> HttpResponse {
    let Presented::Bearer(text) = presented(request.headers()) else { return HttpResponse::Unauthorized().finish() };
    let text = text.to_owned();
    let read = web::block(move || {
        let jwt = UnverifiedJwt::parse(&text, MAX_TOKEN).ok()?;
        let claims = ring.verify(&jwt).ok()?;
        store.token(claims.sub()).ok()?.value
    });
    match read.await {
        Ok(Some(_)) => HttpResponse::Ok().body("{}"),
        _ => HttpResponse::Unauthorized().finish(),
    }
}

/// A server process, and connections to it.
struct Server {
    child: Child,
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    next: usize,
}

impl Server {
    fn start(kind: &str, folder: &Path, tokens: usize) -> Self {
        let program = std::env::current_exe().expect("a program");
        let mut command = Command::new(program);
        command.args(["serve", kind]).arg(folder).arg(tokens.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address: SocketAddr = line.split(' ').next().and_then(|text| text.parse().ok()).expect("an address");
        let texts = std::fs::read_to_string(folder.join("texts")).expect("texts");
        let request = |text: &str| {
            format!("GET /{kind} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n\r\n").into_bytes()
        };
        let requests = texts.lines().map(request).collect();
        let connections = (0..CONNECTIONS).map(|_| Connection::open(address)).collect();
        Self { child, connections, requests, next: 0 }
    }

    /// So many requests, as many at once as there are connections.
    fn call(&mut self, requests: usize) {
        for _ in 0..requests / CONNECTIONS {
            for connection in &mut self.connections {
                let request = self.requests.get(self.next % self.requests.len()).expect("a request");
                self.next += 1;
                connection.send(request);
            }
            for connection in &mut self.connections {
                assert_eq!(connection.receive().status, 200, "the call is answered");
            }
        }
    }

    /// Ticks of CPU that the process has used, of which there are a hundred in a second.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("a process");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        field(11) + field(12)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = pipe.flush();
        }
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
#[expect(clippy::cast_precision_loss, reason = "figures")]
fn report(tokens: usize) {
    println!("\n{tokens} tokens in turn over {CONNECTIONS} connections, one worker");
    let folders: Vec<_> = KINDS.iter().map(|_| tempfile::tempdir().expect("a folder")).collect();
    let start = |(kind, folder): (&&str, &tempfile::TempDir)| Server::start(kind, folder.path(), tokens);
    let mut servers: Vec<Server> = KINDS.iter().zip(&folders).map(start).collect();
    // Everything is asked for once before it counts.
    for server in &mut servers {
        server.call(tokens.max(TURN).next_multiple_of(CONNECTIONS));
    }
    let mut seconds = vec![0.0; servers.len()];
    let begun: Vec<u64> = servers.iter().map(Server::ticks).collect();
    for _ in 0..TURNS {
        for (server, took) in servers.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            server.call(TURN);
            *took += start.elapsed().as_secs_f64();
        }
    }
    let requests = (TURN / CONNECTIONS * CONNECTIONS * TURNS) as f64;
    let figures: Vec<(f64, f64)> = servers
        .iter()
        .zip(&begun)
        .zip(&seconds)
        .map(|((server, begun), took)| ((server.ticks() - begun) as f64 * 10_000.0 / requests, requests / took))
        .collect();
    let (bare_cpu, bare_rate) = figures.first().copied().unwrap_or((f64::NAN, f64::NAN));
    for (kind, (cpu, rate)) in KINDS.iter().zip(&figures) {
        println!(
            "  {kind:<8} {cpu:>6.2} us of CPU a request ({:.3} of bare)   {rate:>8.0} requests a second ({:.3} of bare)",
            cpu / bare_cpu,
            rate / bare_rate
        );
    }
}
