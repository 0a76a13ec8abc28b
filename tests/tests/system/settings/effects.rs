//! Limits and times are in force as they are set.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Client, Database, Kind, Server, exchange};

/// Shorter than every default, longer than what is set here.
const PATIENCE: Duration = Duration::from_secs(3);

/// A server with these settings, and somebody who may do everything.
fn served(settings: &[(&str, &str)]) -> (Database, Server, Client) {
    let database = Database::fresh(Kind::Sqlite);
    let created =
        database.program().run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let program = settings.iter().fold(database.program(), |program, (name, value)| program.with(name, value));
    let server = Server::start(&program, database.folder().join("server.log"));
    let admin = server.client().bearer(created["token"].as_str().unwrap());
    (database, server, admin)
}

fn connected(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Everything until the server closes; fails if it does not.
#[track_caller]
fn read_to_close(mut stream: TcpStream) -> String {
    let mut received = Vec::new();
    let end = stream.read_to_end(&mut received);
    assert!(
        end.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::ConnectionReset),
        "not closed in time: {end:?}, {}",
        String::from_utf8_lossy(&received)
    );
    String::from_utf8(received).unwrap()
}

#[test]
fn max_body_is_the_longest_body() {
    let (_database, _server, admin) = served(&[("TOKENWARD_MAX_BODY", "2000")]);
    for (length, status) in [(1_999, 201), (2_000, 201), (2_001, 413)] {
        let body = json!({"name": "t", "roles": [], "description": "x"}).to_string();
        let body = format!("{body}{}", " ".repeat(length - body.len()));
        let answer = admin.request("POST", "/api/v1/tokens", Some(&body)).expect(status);
        assert!(status == 201 || answer.text.contains("A body has at most 2000 bytes."), "{}", answer.text);
    }
}

#[test]
fn max_token_is_the_longest_text() {
    let database = Database::fresh(Kind::Sqlite);
    let issuer = format!("https://{}", "x".repeat(200));
    let program = database.program().with("TOKENWARD_PUBLIC_URL", &issuer);
    let created = program.run(&["token", "create", "--name", "long", "--json"]).ok().json();
    let text = created["token"].as_str().unwrap();
    for (most, status) in [(text.len() - 1, 401), (text.len(), 200), (text.len() + 1, 200)] {
        let program = program.clone().with("TOKENWARD_MAX_TOKEN", &most.to_string());
        let server = Server::start(&program, database.folder().join(format!("{most}.log")));
        let _ = server.client().bearer(text).get("/api/v1/whoami").expect(status);
    }
}

#[test]
fn max_page_is_the_longest_page_and_the_longest_default() {
    let (_database, _server, admin) = served(&[("TOKENWARD_MAX_PAGE", "3")]);
    for n in 0..4 {
        let _ = admin.post("/api/v1/tokens", &json!({"name": format!("t{n}"), "roles": []})).expect(201);
    }
    for (query, items) in [("?limit=2", 2), ("?limit=3", 3), ("", 3)] {
        let page = admin.get(&format!("/api/v1/tokens{query}")).expect(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), items, "{query}");
        assert!(page["next"].is_string());
    }
    for list in ["tokens", "roles", "events"] {
        let refused = admin.get(&format!("/api/v1/{list}?limit=4")).expect(400);
        assert!(refused.text.contains("from 1 to 3"), "{}", refused.text);
    }
}

#[test]
fn max_head_is_the_longest_head() {
    let (_database, server, _) = served(&[("TOKENWARD_MAX_HEAD", "6000")]);
    for path in ["/healthz", "/nowhere", "/api/v1/tokens"] {
        let status = |length: usize| {
            let head = |padding: &str| {
                format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Padding: {padding}\r\n\r\n")
            };
            let head = head(&"x".repeat(length - head("").len()));
            assert_eq!(head.len(), length);
            exchange(server.address(), head.as_bytes()).first().map(|answer| answer.status)
        };
        let fitting = status(100);
        assert!(matches!((path, fitting), ("/healthz", Some(200)) | ("/nowhere", Some(404)) | (_, Some(401))));
        assert_eq!((status(5_999), status(6_000)), (fitting, fitting), "{path}");
        assert_eq!((status(6_001), status(200_000)), (Some(431), Some(431)), "{path}");
    }
}

#[test]
fn head_timeout_ends_a_head_that_does_not_come() {
    let (_database, server, _) = served(&[("TOKENWARD_HEAD_TIMEOUT", "1s")]);
    let mut stream = connected(&server);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").unwrap();
    let received = read_to_close(stream);
    assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
}

#[test]
fn head_timeout_ends_a_later_head_of_the_same_connection_too() {
    let (_database, server, _) = served(&[("TOKENWARD_HEAD_TIMEOUT", "1s"), ("TOKENWARD_KEEP_ALIVE", "1s")]);
    let (whole, half) = (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost:");
    let at_once = || {
        let mut stream = connected(&server);
        stream.write_all(&[whole.as_slice(), half].concat()).unwrap();
        stream
    };
    let one_by_one = || {
        let mut stream = connected(&server);
        stream.write_all(whole).unwrap();
        assert!(0 < stream.read(&mut [0; 1_024]).unwrap());
        stream.write_all(half).unwrap();
        stream
    };
    for stream in [at_once(), one_by_one()] {
        // Two seconds, and the coarseness of what counts them; still shorter than a default.
        stream.set_read_timeout(Some(PATIENCE + PATIENCE)).unwrap();
        let _ = read_to_close(stream);
    }
}

#[test]
fn a_connection_that_is_used_stays_open_longer_than_its_times() {
    let (_database, server, _) = served(&[("TOKENWARD_HEAD_TIMEOUT", "1s"), ("TOKENWARD_KEEP_ALIVE", "2s")]);
    let mut stream = connected(&server);
    for _ in 0..12 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert!(0 < stream.read(&mut [0; 1_024]).unwrap());
        std::thread::sleep(Duration::from_millis(400));
    }
}

#[test]
fn request_timeout_ends_a_body_that_does_not_come() {
    let database = Database::fresh(Kind::Sqlite);
    let created =
        database.program().run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let program = database.program().with("TOKENWARD_REQUEST_TIMEOUT", "300ms");
    let server = Server::start(&program, database.folder().join("server.log"));
    let mut stream = connected(&server);
    let token = created["token"].as_str().unwrap();
    let head = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let received = read_to_close(stream);
    assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
}

#[test]
fn keep_alive_ends_a_connection_that_is_idle() {
    let (_database, server, _) = served(&[("TOKENWARD_KEEP_ALIVE", "1s")]);
    let mut stream = connected(&server);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert!(read_to_close(stream).starts_with("HTTP/1.1 200 "));
}

#[test]
fn max_connections_lets_the_next_one_wait_until_one_ends() {
    let settings = [("TOKENWARD_MAX_CONNECTIONS", "1"), ("TOKENWARD_WORKERS", "1"), ("TOKENWARD_HEAD_TIMEOUT", "60s")];
    let (_database, server, _) = served(&settings);
    let mut first = connected(&server);
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    first.write_all(request).unwrap();
    let mut buffer = [0; 1_024];
    assert!(0 < first.read(&mut buffer).unwrap(), "the first is served, and stays open");
    let mut second = connected(&server);
    second.write_all(request).unwrap();
    second.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    assert!(second.read(&mut buffer).is_err(), "the second waits");
    drop(first);
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    let count = second.read(&mut buffer).unwrap();
    assert!(buffer[..count].starts_with(b"HTTP/1.1 200 "), "and is served when the first is gone");
}

#[test]
fn log_format_and_level_are_what_was_set() {
    for (format, level, json, answered) in
        [("json", "info", true, true), ("text", "info", false, true), ("json", "error", true, false)]
    {
        let (_database, server, _) = served(&[("TOKENWARD_LOG_FORMAT", format), ("TOKENWARD_LOG_LEVEL", level)]);
        let _ = server.client().get("/healthz").expect(200);
        let log = server.log();
        assert_eq!(log.contains("answered a request"), answered, "{log}");
        let line = log.lines().find(|line| line.contains("answered a request"));
        assert!(line.is_none_or(|line| serde_json::from_str::<serde_json::Value>(line).is_ok() == json), "{log}");
    }
}

#[test]
fn show_token_never_shows_a_text_only_when_it_is_created() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_SHOW_TOKEN", "never");
    let created = program.run(&["token", "create", "--name", "t", "--json"]).ok().json();
    assert!(created["token"].is_string());
    let output = program.run(&["token", "show", created["id"].as_str().unwrap(), "--text"]);
    assert_eq!((output.code, output.out.as_str()), (Some(1), ""));
    assert!(output.err.contains("only once, when it is created"), "{}", output.err);
}

#[test]
fn signing_algorithm_is_the_one_of_the_first_key() {
    let database = Database::fresh(Kind::Sqlite);
    let keys = database.program().with("TOKENWARD_SIGNING_ALGORITHM", "ES256").run(&["key", "list", "--json"]).ok();
    assert_eq!(keys.json()[0]["algorithm"], "ES256");
}
