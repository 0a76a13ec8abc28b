//! Many connections that do nothing.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use token_testkit::{Client, Database, Kind, Server};

use super::process::kilobytes;
use crate::app::App;

fn app(settings: &[(&str, &str)]) -> App {
    let database = Database::fresh(Kind::Sqlite);
    let program = settings.iter().fold(database.program(), |program, (name, value)| program.with(name, value));
    App::with(database, program)
}

fn open(server: &Server, number: usize) -> Vec<TcpStream> {
    let address = server.address().trim_start_matches("http://").to_owned();
    (0..number).map(|_| TcpStream::connect(&address).unwrap()).collect()
}

/// Whether the server has closed it; a connection that stays open says nothing for 300 ms.
fn is_closed(stream: &TcpStream, patience: Duration) -> bool {
    stream.set_read_timeout(Some(patience)).unwrap();
    match (&mut &*stream).read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

const LONG: Duration = Duration::from_secs(8);
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn p70_atk_d04_one_address_has_so_many_connections_and_no_more() {
    let settings = [
        ("TOKENWARD_MAX_CONNECTIONS_PER_ADDRESS", "10"),
        ("TOKENWARD_HEAD_TIMEOUT", "60s"),
        ("TOKENWARD_KEEP_ALIVE", "60s"),
    ];
    let app = app(&settings);
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    // What asked before, to see whether the server is ready, may still be open.
    let address = app.server.address().trim_start_matches("http://").to_owned();
    let mut held = Vec::new();
    while held.len() < 20 {
        let mut stream = TcpStream::connect(&address).unwrap();
        let _ = stream.write_all(request);
        if is_closed(&stream, LONG) {
            break;
        }
        held.push(stream);
    }
    assert!((5..=10).contains(&held.len()), "{}", held.len());
    for _ in 0..5 {
        assert!(is_closed(&open(&app.server, 1)[0], LONG), "one too many");
    }
    drop(held.split_off(held.len() - 2));
    let again = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(request).is_ok() && !is_closed(&stream, LONG)
    });
    assert!(again, "who leaves makes room");
}

#[test]
fn atk_d04_eight_thousand_idle_connections_harm_nobody_and_are_closed_in_time() {
    let settings = [("TOKENWARD_MAX_CONNECTIONS_PER_ADDRESS", "0"), ("TOKENWARD_HEAD_TIMEOUT", "10s")];
    let app = app(&settings);
    let limit = std::fs::read_to_string(format!("/proc/{}/limits", app.server.id())).unwrap();
    let files = limit.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let files: usize = files.split_whitespace().next().unwrap().parse().unwrap();
    // The server needs two files for each, this process one, and both have others.
    let number = 8_000.min((files - 500) / 2);
    let before = kilobytes(app.server.id(), "VmRSS");
    let idle = open(&app.server, number);
    let client: Client = app.admin.clone();
    for _ in 0..20 {
        let _ = client.get("/api/v1/whoami").expect(200);
    }
    let after = kilobytes(app.server.id(), "VmRSS");
    println!("{number} idle connections: {} KiB each", (after.saturating_sub(before)) / u64::try_from(number).unwrap());
    assert!(!is_closed(&idle[0], SHORT) || !is_closed(&idle[number - 1], SHORT), "they are held until their time");
    let closed = idle.iter().filter(|stream| is_closed_in_the_end(stream)).count();
    assert_eq!(closed, number);
    let _ = client.get("/api/v1/whoami").expect(200);
}

/// The same where an answer may come first: a head that did not come is told so.
fn is_closed_in_the_end(stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut rest = Vec::new();
    let end = (&mut &*stream).read_to_end(&mut rest);
    end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
}
