//! What a gateway waits for: `/authz` with route rules beside a route of the same server that answers an empty 200 at once,
//! called directly and through nginx (`auth_request`), in turns, by one client over 32 connections. CPU is that of the server
//! alone, without nginx. Tokens are called in turn.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use token_bench::{Contender, Installation, Load, ServerProcess, asked_to_serve, compare, serve_until_asked};
use token_core::{Clock, RouteRules};
use token_guard::Following;
use token_http::{HttpState, configure};

/// Tokens that call in turn.
const TOKENS: usize = 1_000;
const RULES: &str = "GET /assets/** assets:read\nPOST /assets/** assets:write\n";

fn main() {
    if let Some(arguments) = asked_to_serve() {
        let [folder] = arguments.as_slice() else { return };
        return serve(Path::new(folder));
    }
    for through_nginx in [false, true] {
        report(through_nginx);
    }
}

/// Both routes.
fn serve(folder: &Path) {
    let installation = Installation::with(folder, TOKENS);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let state = state(&installation);
    let _following = Following::begin(&state.guard, Duration::from_millis(250), None, |_| {}).expect("threads");
    let both = move |config: &mut web::ServiceConfig| {
        config.route("/empty", web::get().to(async || HttpResponse::Ok().finish()));
        configure(Arc::clone(&state))(config);
    };
    serve_until_asked(both, "");
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

/// nginx; ends with this value.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// nginx that asks there about each request and answers by itself, so that the question is what a request costs.
fn nginx(folder: &Path, authz: SocketAddr, asked: &str) -> (Nginx, SocketAddr) {
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
         location = /_authz {{ internal; proxy_pass http://authz{asked}; proxy_http_version 1.1;\n\
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
    (Nginx(child), free)
}

fn report(through_nginx: bool) {
    let how = if through_nginx { "through nginx" } else { "directly" };
    println!("\n{how}: {TOKENS} tokens in turn, one worker");
    let folder = tempfile::tempdir().expect("a folder");
    let process = ServerProcess::start(&[&folder.path().to_string_lossy()]);
    let texts = std::fs::read_to_string(folder.path().join("texts")).expect("texts");
    let paths = ["/empty", "/authz"];
    let gateways = paths.map(|path| {
        through_nginx.then(|| {
            let own = folder.path().join(path.trim_start_matches('/'));
            std::fs::create_dir(&own).expect("a folder");
            nginx(&own, process.address(), path)
        })
    });
    let contender = |(path, gateway): (&'static str, &Option<(Nginx, SocketAddr)>)| {
        let request = |text: &str| {
            let asked = "X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /assets/1\r\nX-Forwarded-For: 198.51.100.7\r\n";
            // Through nginx the client calls an application, and nginx asks.
            let (path, asked) = if through_nginx { ("/assets/1", "") } else { (path, asked) };
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n{asked}\r\n")
                .into_bytes()
        };
        let address = gateway.as_ref().map_or_else(|| process.address(), |(_, address)| *address);
        let load = Load::new(address, texts.lines().map(request).collect(), |answer| answer.status == 200);
        Contender { name: path.trim_start_matches('/'), load, process: &process }
    };
    let mut contenders: Vec<Contender<'_>> = paths.into_iter().zip(&gateways).map(contender).collect();
    compare(&mut contenders);
}
