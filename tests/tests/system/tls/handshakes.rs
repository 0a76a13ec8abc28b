//! What is spoken, and to whom it is refused.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use token_testkit::{Database, Kind, exchange, on_each_database};

use super::world::{Pair, Secure, VERSIONS, pair, program, put};
use crate::app::App;

fn served(settings: &[(&str, &str)]) -> (Database, Pair, Secure) {
    let (database, pair) = (Database::fresh(Kind::Sqlite), pair());
    put(database.folder(), &pair);
    let program = settings.iter().fold(program(&database), |program, (name, value)| program.with(name, value));
    let secure = Secure::start(&program, database.folder()).unwrap();
    (database, pair, secure)
}

#[test]
fn a_token_of_a_first_start_passes_over_tls_and_is_issued_for_https() {
    on_each_database(|database| {
        let pair = pair();
        put(database.folder(), &pair);
        let program = program(&database);
        let secure = Secure::start(&program, database.folder()).unwrap();
        let address = format!("https://{}", secure.address);
        assert!(secure.log().contains(&format!("Tokenward listens on {address}\n")), "{}", secure.log());
        let program = program.with("TOKENWARD_LISTEN", &secure.address.to_string());
        let created = program.run(&["token", "create", "--name", "t", "--json"]).ok().json();
        let bearer = format!("Authorization: Bearer {}\r\n", created["token"].as_str().unwrap());
        let answer = secure.call(&pair, "/api/v1/whoami", &bearer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let stored = database.sql("SELECT issuer FROM installation").unwrap();
        assert_eq!(stored.trim(), address);
    });
}

#[test]
fn both_versions_are_spoken_and_answers_say_that_only_tls_will_do() {
    let (_database, pair, secure) = served(&[]);
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for version in VERSIONS {
        let mut tls = secure.connect(&pair, version, &[]);
        let answer = tls.ask(request).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.to_lowercase().contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
        assert_eq!(tls.0.conn.protocol_version(), Some(version.version));
    }
    let refused = secure.call(&pair, "/api/v1/whoami", "").unwrap();
    assert!(refused.starts_with("HTTP/1.1 401 ") && refused.contains("max-age=31536000"), "{refused}");
    let plain = App::start(Database::fresh(Kind::Sqlite));
    assert_eq!(plain.server.client().get("/healthz").header("strict-transport-security"), None);
}

#[test]
fn atk_w10_no_http_2_is_spoken_whoever_asks_for_it() {
    let (_database, pair, secure) = served(&[]);
    for version in VERSIONS {
        let mut both = secure.connect(&pair, version, &["h2", "http/1.1"]);
        let answer = both.ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(both.0.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
        let refused = secure.connect(&pair, version, &["h2"]).ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assert!(refused.as_ref().is_err_and(|why| why.contains("NoApplicationProtocol")), "{refused:?}");
    }
    // The preface of HTTP/2 without a word about it before: one refusal, and nothing of what follows is read.
    let settings = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    let answer = secure.connect(&pair, &TLS13, &[]).ask(settings).unwrap_or_default();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505"), "{answer}");
    let plain = App::start(Database::fresh(Kind::Sqlite));
    let answers = exchange(plain.server.address(), settings.as_bytes());
    assert!(answers.iter().all(|answer| matches!(answer.status, 400 | 404 | 405 | 505)), "{answers:?}");
    let _ = plain.admin.get("/api/v1/whoami").expect(200);
}

#[test]
fn without_tls_and_without_trust_nothing_is_answered() {
    let (_database, pair, secure) = served(&[]);
    let plain = exchange(&secure.address.to_string(), b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(plain.is_empty(), "{plain:?}");
    let stranger = super::world::pair();
    assert!(secure.call(&stranger, "/healthz", "").unwrap_err().contains("invalid peer certificate"));
    assert!(secure.call(&pair, "/healthz", "").is_ok());
}

/// Shorter than every default, longer than what is set here and the coarseness of what counts it.
const PATIENCE: Duration = Duration::from_secs(6);

#[test]
fn p70_atk_d03_handshakes_heads_and_silence_are_timed_inside_tls_too() {
    let (_database, pair, secure) = served(&[("TOKENWARD_HEAD_TIMEOUT", "1s"), ("TOKENWARD_KEEP_ALIVE", "1s")]);
    let closed = |mut socket: TcpStream| {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut rest = Vec::new();
        !matches!(socket.read_to_end(&mut rest), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    };
    let silent = TcpStream::connect(secure.address).unwrap();
    let mut half = TcpStream::connect(secure.address).unwrap();
    half.write_all(b"\x16\x03\x01\x02\0\x01\0").unwrap();
    let mut idle = secure.connect(&pair, &TLS12, &[]);
    let mut later = secure.connect(&pair, &TLS13, &[]);
    for tls in [&mut idle, &mut later] {
        tls.0.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert!(0 < tls.0.read(&mut [0; 1_024]).unwrap());
    }
    later.0.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
    let first_head = {
        let mut tls = secure.connect(&pair, &TLS13, &[]);
        tls.0.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
        tls
    };
    let sockets = [silent, half, idle.0.sock, later.0.sock, first_head.0.sock];
    for (number, socket) in sockets.into_iter().enumerate() {
        assert!(closed(socket), "connection {number}");
    }
    assert!(secure.call(&pair, "/healthz", "").is_ok());
}
