//! `GET /api/v1/whoami` while a hundred people and strangers a second sign in, beside the same calls in peace: in turns,
//! so that a busy machine slows both alike. Prints the 99th percentiles and how many times one is as long as the other.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a benchmark times, and stops at the first fault")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use token_admin::{NewToken, NewUser, Password};
use token_bench::Connection;
use token_core::{Author, RoleSet};
use token_http::{HttpState, configure};
use token_seal::MasterKey;
use token_testkit::{FixedClock, Product, SeededRandomness};

/// Turns of each kind.
const TURNS: usize = 10;
/// How long a turn takes.
const TURN: Duration = Duration::from_secs(3);
/// Threads that sign in, each five times a second.
const CLIENTS: u32 = 20;
/// How long a thread waits between two sign-ins.
const PAUSE: Duration = Duration::from_millis(200);
/// How long whoever calls with a token waits between two calls.
const BETWEEN: Duration = Duration::from_millis(1);
const PASSWORD: &str = "a long way to Tipperary";

/// The product over an embedded database in `folder`, the text of one token, and a person for each client.
fn product(folder: &std::path::Path) -> (Arc<HttpState>, String) {
    let (clock, randomness) = (Arc::new(FixedClock::at(1_900_000_000)), Arc::new(SeededRandomness::new(1)));
    let master = Arc::new(MasterKey::generate(randomness.as_ref()).expect("a key"));
    let address = format!("sqlite://{}", folder.join("bench.db").display());
    let product = Product::open(&address, &master, &clock, &randomness);
    let new = NewToken {
        name: "bench".parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles: RoleSet::none(),
        expires_at: None,
        allowed_networks: None,
    };
    let created = product.admin.create_token(&Author::command_line(), &new).expect("a token").value;
    for number in 0..CLIENTS {
        let new = NewUser {
            username: format!("person {number}").parse().expect("a name"),
            display_name: "".parse().expect("a name"),
            roles: RoleSet::none(),
            enabled: true,
            password: Password::new(PASSWORD.to_owned()).ok(),
        };
        product.admin.create_user(&Author::command_line(), &Ok(new)).expect("a person");
    }
    product.guard.look().expect("the keys");
    // Every client tells an address of its own, as behind a proxy.
    let trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let state = HttpState { trusted_proxies, ..product.state().as_ref().clone() };
    (Arc::new(state), created.text.expose().to_owned())
}

/// The server; ends with the process.
fn serve(state: Arc<HttpState>) -> SocketAddr {
    let (tell, told) = channel();
    spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let app = move || actix_web::App::new().configure(configure(Arc::clone(&state)));
            let server = HttpServer::new(app).workers(2).bind("127.0.0.1:0").expect("a port");
            tell.send(server.addrs().first().copied().expect("an address")).expect("somebody listens");
            server.run().await
        })
    });
    told.recv().expect("an address")
}

/// Right passwords of people and wrong ones of strangers by turns, each stranger under another name and address.
fn sign_in(number: u32, count: u32) -> Vec<u8> {
    let (name, password) = if count.is_multiple_of(2) {
        (format!("person {number}"), PASSWORD)
    } else {
        (format!("n {number} {count}"), "wrong")
    };
    let body = format!("{{\"username\":\"{name}\",\"password\":\"{password}\"}}");
    let [_, high, middle, low] = (number * 100_000 + count).to_be_bytes();
    format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.{high}.{middle}.{low}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Signs in while it is told to; counts the answers by status.
fn flood(address: SocketAddr, on: &Arc<AtomicBool>, answers: &Arc<Mutex<BTreeMap<u16, u32>>>) {
    let begun = Arc::new(AtomicU32::new(0));
    for number in 0..CLIENTS {
        let (on, answers, begun) = (Arc::clone(on), Arc::clone(answers), Arc::clone(&begun));
        spawn(move || {
            begun.fetch_add(1, Ordering::SeqCst);
            sleep(PAUSE * number / CLIENTS);
            for count in 0.. {
                while !on.load(Ordering::Relaxed) {
                    sleep(Duration::from_millis(5));
                }
                let next = Instant::now() + PAUSE;
                // Each on a connection of its own, as people come.
                let status = Connection::open(address).call(&sign_in(number, count));
                *answers.lock().expect("nobody panicked").entry(status).or_default() += 1;
                sleep(next.saturating_duration_since(Instant::now()));
            }
        });
    }
    while begun.load(Ordering::SeqCst) < CLIENTS {
        sleep(Duration::from_millis(5));
    }
}

/// How long each call of one turn took.
fn turn(connection: &mut Connection, request: &[u8]) -> Vec<Duration> {
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < TURN {
        let start = Instant::now();
        assert_eq!(connection.call(request), 200, "whoami is answered");
        times.push(start.elapsed());
        sleep(BETWEEN);
    }
    times
}

fn percentile(times: &mut [Duration], part: usize) -> f64 {
    times.sort_unstable();
    times.get(times.len() * part / 100).map_or(f64::NAN, Duration::as_secs_f64) * 1_000.0
}

/// Whether this benchmark is among those that the command names; all are where it names none.
fn is_asked_for() -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|name| "login_flood".contains(name.as_str()))
}

fn main() {
    if !is_asked_for() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (state, text) = product(folder.path());
    let address = serve(state);
    let (on, answers) = (Arc::new(AtomicBool::new(false)), Arc::default());
    flood(address, &on, &answers);
    let mut connection = Connection::open(address);
    let request =
        format!("GET /api/v1/whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n\r\n").into_bytes();
    let (mut peace, mut flooded) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        on.store(false, Ordering::Relaxed);
        // What waits to be hashed is done first.
        sleep(Duration::from_secs(2));
        peace.extend(turn(&mut connection, &request));
        on.store(true, Ordering::Relaxed);
        sleep(Duration::from_millis(500));
        flooded.extend(turn(&mut connection, &request));
    }
    let [mut calm, mut busy] = [peace, flooded];
    for part in [50, 99] {
        let (calm, busy) = (percentile(&mut calm, part), percentile(&mut busy, part));
        println!(
            "whoami, {part}th percentile: {calm:.3} ms in peace, {busy:.3} ms in the flood, {:.2} times",
            busy / calm
        );
    }
    println!("sign-ins by status: {:?}", answers.lock().expect("nobody panicked"));
}
