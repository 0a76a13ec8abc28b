//! `POST /oauth2/introspect` beside a bare actix route that takes the same form: each in a server process of its own, called
//! in turns by one client over 32 connections. CPU is that of the server alone. Texts are asked about in turn, 1 000 and
//! 100 000 of them.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use token_admin::{NewRole, NewToken};
use token_bench::{Connection, Installation};
use token_core::{Author, RoleSet};
use token_guard::Following;
use token_http::{HttpState, configure};

/// Connections of the client.
const CONNECTIONS: usize = 32;
/// Requests of one turn of one server.
const TURN: usize = 16_000;
/// Turns of each server.
const TURNS: usize = 15;
/// What stands for an answer of the same length.
const BODY: &str = r#"{"active":true,"iss":"https://tokens.example","sub":"0192f3c1-7a52-7c11-8d4e-0242ac120002","aud":"applications","jti":"0192f3c1-7a52-7c11-8d4e-0242ac120003","iat":1900000000,"token_type":"Bearer","scope":"assets:read","name":"token 1000","roles":["readers"]}"#;
const KINDS: [(&str, &str); 2] = [("bare", "/bare"), ("introspect", "/oauth2/introspect")];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, tokens] = arguments.as_slice()
        && word == "serve"
    {
        return serve(Path::new(folder), tokens.parse().expect("a number"));
    }
    for tokens in [1_000, 100_000] {
        report(tokens);
    }
}

/// The text of a token that may ask about others.
fn asker(installation: &Installation) -> String {
    let (admin, author) = (&installation.product.admin, Author::command_line());
    let role = NewRole {
        name: "asker".parse().expect("a name"),
        description: "".parse().expect("a description"),
        rules: vec!["allow tokens:introspect".parse().expect("a rule")],
        users: BTreeSet::new(),
    };
    let role = admin.create_role(&author, &Ok(role)).expect("a role").value.id;
    let new = NewToken {
        name: "asker".parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles: RoleSet::from([role]),
        expires_at: None,
        allowed_networks: None,
    };
    admin.create_token(&author, &new).expect("a token").value.text.expose().to_owned()
}

/// One server with both routes, until its standard input ends.
fn serve(folder: &Path, tokens: usize) {
    let installation = Installation::with(folder, tokens);
    let asker = asker(&installation);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let guard = installation.guard();
    let state = HttpState { guard: Arc::clone(&guard), ..HttpState::clone(&installation.product.state()) };
    let (state, store) = (Arc::new(state), Arc::clone(&installation.product.store));
    let poll = Duration::from_millis(250);
    let _following = Following::begin(&guard, poll, Some(Arc::new(move || store.wake_ups())), |_| {}).expect("threads");
    actix_web::rt::System::new().block_on(async move {
        let bare = |form: web::Form<Vec<(String, String)>>| async move {
            let given = form.iter().any(|(name, _)| name == "token");
            if given {
                HttpResponse::Ok().content_type("application/json").body(BODY)
            } else {
                HttpResponse::BadRequest().finish()
            }
        };
        let app = move || App::new().route("/bare", web::post().to(bare)).configure(configure(Arc::clone(&state)));
        // Nobody is sent away for having waited while the other had its turn.
        let server = HttpServer::new(app).client_request_timeout(std::time::Duration::ZERO);
        let server =
            server.keep_alive(std::time::Duration::from_hours(1)).workers(1).bind("127.0.0.1:0").expect("a port");
        println!("{} {asker}", server.addrs().first().expect("an address"));
        std::thread::spawn(move || {
            let _ = std::io::stdin().lines().count();
            std::process::exit(0);
        });
        let _ = server.disable_signals().run().await;
    });
}

/// A server process, and connections to it.
struct Server {
    child: Child,
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    next: usize,
}

impl Server {
    fn start(path: &str, folder: &Path, tokens: usize) -> Self {
        let program = std::env::current_exe().expect("a program");
        let mut command = Command::new(program);
        command.arg("serve").arg(folder).arg(tokens.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let (address, asker) = line.trim_end().split_once(' ').expect("address and text");
        let address: SocketAddr = address.parse().expect("an address");
        let texts = std::fs::read_to_string(folder.join("texts")).expect("texts");
        let request = |text: &str| {
            let body = format!("token={text}&token_type_hint=access_token");
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {asker}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            (head + &body).into_bytes()
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
                let answer = connection.receive();
                assert!(answer.status == 200 && answer.body.starts_with(b"{\"active\":true"), "{answer:?}");
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
    println!("\n{tokens} texts in turn over {CONNECTIONS} connections, one worker");
    let folders: Vec<_> = KINDS.iter().map(|_| tempfile::tempdir().expect("a folder")).collect();
    let start = |((_, path), folder): (&(&str, &str), &tempfile::TempDir)| Server::start(path, folder.path(), tokens);
    let mut servers: Vec<Server> = KINDS.iter().zip(&folders).map(start).collect();
    // Everything is asked about once before it counts.
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
    for ((kind, _), (cpu, rate)) in KINDS.iter().zip(&figures) {
        println!(
            "  {kind:<10} {cpu:>6.2} us of CPU a request ({:.3} of bare)   {rate:>8.0} requests a second ({:.3} of bare)",
            cpu / bare_cpu,
            rate / bare_rate
        );
    }
}
