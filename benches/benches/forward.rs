//! What a gateway waits for: `/authz` with route rules beside a route that answers an empty 200 at once, called directly and
//! through nginx (`auth_request`), each in a server process of its own, in turns, by one client over 32 connections. CPU is
//! that of the server alone, without nginx. Tokens are called in turn.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use token_bench::{Connection, Installation};
use token_core::{Clock, RouteRules};
use token_guard::Following;
use token_http::{HttpState, configure};

/// Connections of the client.
const CONNECTIONS: usize = 32;
/// Requests of one turn of one server.
const TURN: usize = 8_000;
/// Turns of each server.
const TURNS: usize = 15;
/// Tokens that call in turn.
const TOKENS: usize = 1_000;
const KINDS: [&str; 2] = ["empty", "authz"];
const RULES: &str = "GET /assets/** assets:read\nPOST /assets/** assets:write\n";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, kind, folder] = arguments.as_slice()
        && word == "serve"
    {
        return serve(kind, Path::new(folder));
    }
    for through_nginx in [false, true] {
        report(through_nginx);
    }
}

/// One server, until its standard input ends.
fn serve(kind: &str, folder: &Path) {
    let installation = Installation::with(folder, TOKENS);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let state = state(&installation);
    let _following = Following::begin(&state.guard, Duration::from_millis(250), None, |_| {}).expect("threads");
    let empty = kind == "empty";
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let state = Arc::clone(&state);
            App::new().configure(move |config| {
                if empty {
                    let _ = config.route("/authz", web::get().to(async || HttpResponse::Ok().finish()));
                } else {
                    configure(state)(config);
                }
            })
        });
        let server = server.workers(1).bind("127.0.0.1:0").expect("a port");
        println!("{}", server.addrs().first().expect("an address"));
        let running = server.disable_signals().run();
        std::thread::spawn(move || {
            let _ = std::io::stdin().lines().count();
            std::process::exit(0);
        });
        let _ = running.await;
    });
}

/// What the router works with: route rules, and a gateway on this machine that is believed.
fn state(installation: &Installation) -> Arc<HttpState> {
    let guard = Arc::into_inner(installation.guard()).expect("nobody else has it");
    let rules = RouteRules::from_lines(RULES).expect("rules");
    let mut state = Arc::into_inner(installation.product.state()).expect("nobody else has it");
    state.guard = Arc::new(guard.with_routes(rules));
    state.clock = Arc::clone(&installation.clock) as Arc<dyn Clock>;
    state.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    Arc::new(state)
}

/// A server process, perhaps nginx in front of it, and connections.
struct Side {
    server: Child,
    nginx: Option<Child>,
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    next: usize,
}

impl Side {
    fn start(kind: &str, folder: &Path, through_nginx: bool) -> Self {
        let program = std::env::current_exe().expect("a program");
        let mut command = Command::new(program);
        command.args(["serve", kind]).arg(folder);
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let mut address: SocketAddr = line.trim().parse().expect("an address");
        let nginx = through_nginx.then(|| {
            let (nginx, before) = nginx(folder, address);
            address = before;
            nginx
        });
        let texts = std::fs::read_to_string(folder.join("texts")).expect("texts");
        let request = |text: &str| {
            let asked = "X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /assets/1\r\nX-Forwarded-For: 198.51.100.7\r\n";
            // Through nginx the client calls an application, and nginx asks.
            let (path, asked) = if through_nginx { ("/assets/1", "") } else { ("/authz", asked) };
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n{asked}\r\n")
                .into_bytes()
        };
        let requests = texts.lines().map(request).collect();
        let connections = (0..CONNECTIONS).map(|_| Connection::open(address)).collect();
        Self { server, nginx, connections, requests, next: 0 }
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
                assert_eq!(connection.receive().status, 200, "the call passes");
            }
        }
    }

    /// Ticks of CPU that the server has used, of which there are a hundred in a second.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id())).expect("a process");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        field(11) + field(12)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        if let Some(nginx) = &mut self.nginx {
            let _ = nginx.kill();
            let _ = nginx.wait();
        }
        // Its end: its standard input ends.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// nginx that asks there about each request and answers by itself, so that the question is what a request costs.
fn nginx(folder: &Path, authz: SocketAddr) -> (Child, SocketAddr) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let prefix = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {prefix}/{kind};"))
        .concat();
    let configuration = format!(
        "daemon off; master_process off; pid {prefix}/nginx.pid; error_log stderr;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; {temporary} keepalive_requests 100000000;\n\
         upstream authz {{ server {authz}; keepalive 64; keepalive_requests 100000000; }}\n\
         server {{ listen {free};\n\
         location / {{ auth_request /_authz; empty_gif; }}\n\
         location = /_authz {{ internal; proxy_pass http://authz/authz; proxy_http_version 1.1;\n\
         proxy_pass_request_headers off; proxy_pass_request_body off; proxy_set_header Content-Length \"\";\n\
         proxy_set_header Connection \"\"; proxy_set_header Authorization $http_authorization;\n\
         proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Uri $request_uri;\n\
         proxy_set_header X-Forwarded-For $remote_addr; }} }} }}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, configuration).expect("a file");
    let program = if Path::new("/usr/sbin/nginx").is_file() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(&file).stdin(Stdio::null());
    let child = command.spawn().expect("nginx, which `cargo xtask test` installs");
    for _ in 0..500 {
        if TcpStream::connect(free).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    (child, free)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
#[expect(clippy::cast_precision_loss, reason = "figures")]
fn report(through_nginx: bool) {
    let how = if through_nginx { "through nginx" } else { "directly" };
    println!("\n{how}: {TOKENS} tokens in turn over {CONNECTIONS} connections, one worker");
    let folders: Vec<_> = KINDS.iter().map(|_| tempfile::tempdir().expect("a folder")).collect();
    let start = |(kind, folder): (&&str, &tempfile::TempDir)| Side::start(kind, folder.path(), through_nginx);
    let mut sides: Vec<Side> = KINDS.iter().zip(&folders).map(start).collect();
    // Everything is asked for once before it counts.
    for side in &mut sides {
        side.call(TURN.max(TOKENS));
    }
    let mut seconds = vec![0.0; sides.len()];
    let begun: Vec<u64> = sides.iter().map(Side::ticks).collect();
    for _ in 0..TURNS {
        for (side, took) in sides.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            side.call(TURN);
            *took += start.elapsed().as_secs_f64();
        }
    }
    let requests = (TURN / CONNECTIONS * CONNECTIONS * TURNS) as f64;
    let figure = |((side, begun), took): ((&Side, &u64), &f64)| {
        ((side.ticks() - begun) as f64 * 10_000.0 / requests, requests / took)
    };
    let figures: Vec<(f64, f64)> = sides.iter().zip(&begun).zip(&seconds).map(figure).collect();
    let (empty_cpu, empty_rate) = figures.first().copied().unwrap_or((f64::NAN, f64::NAN));
    for (kind, (cpu, rate)) in KINDS.iter().zip(&figures) {
        println!(
            "  {kind:<8} {cpu:>6.2} us of CPU a request ({:.3} of empty)   {rate:>8.0} requests a second ({:.3} of empty)",
            cpu / empty_cpu,
            rate / empty_rate
        );
    }
}
