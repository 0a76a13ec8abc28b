//! Clients that send a byte now and then, or never read.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind};

use super::process::kilobytes;
use crate::app::App;

fn app() -> App {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_HEAD_TIMEOUT", "1s").with("TOKENWARD_KEEP_ALIVE", "1s");
    App::with(database, program.with("TOKENWARD_REQUEST_TIMEOUT", "1s"))
}

fn connect(app: &App) -> TcpStream {
    let stream = TcpStream::connect(app.server.address().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    stream
}

/// Sends one byte every 200 ms until the server has had enough; what it said. `None` if it took all.
fn trickle(mut stream: TcpStream, bytes: &[u8]) -> Option<String> {
    let mut said = Vec::new();
    for byte in bytes {
        let sent = stream.write_all(&[*byte]);
        match stream.read(&mut [0; 1_024]).map(|count| (count, ())) {
            Ok((0, ())) => return String::from_utf8(said).ok(),
            Ok(_) if sent.is_err() => return String::from_utf8(said).ok(),
            Ok(_) => said.extend_from_slice(b"answer "),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return String::from_utf8(said).ok(),
        }
    }
    None
}

#[test]
fn p70_atk_d03_a_head_and_a_body_of_a_byte_now_and_then_are_ended_and_harm_nobody() {
    let app = app();
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}", "x".repeat(100));
    let mut body = connect(&app);
    let text = &app.admin_text;
    let start = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n\
         Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{{\"name\":\""
    );
    body.write_all(start.as_bytes()).unwrap();
    let mut chunked = connect(&app);
    chunked.write_all(start.replace("Content-Length: 200", "Transfer-Encoding: chunked").as_bytes()).unwrap();
    std::thread::scope(|scope| {
        let slow = [
            scope.spawn(|| trickle(connect(&app), head.as_bytes())),
            scope.spawn(|| trickle(body, &[b'x'; 100])),
            scope.spawn(|| trickle(chunked, &[b'1'; 100])),
        ];
        while slow.iter().any(|slow| !slow.is_finished()) {
            let _ = app.admin.get("/api/v1/whoami").expect(200);
        }
        for slow in slow {
            assert!(slow.join().unwrap().is_some(), "it is ended");
        }
    });
    let listed = app.admin.get("/api/v1/tokens").expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "half a body makes nothing");
}

#[test]
fn p70_atk_d03_who_never_reads_the_answers_is_closed_and_harms_nobody() {
    let app = app();
    // A few answers fill what the system keeps for a connection.
    for _ in 0..60 {
        let _ = app.token_with(&json!({"name": "t", "description": "✓".repeat(2_000)}));
    }
    let request =
        format!("GET /api/v1/tokens?limit=500 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", app.admin_text);
    let before = kilobytes(app.server.id(), "VmRSS");
    let mut deaf: Vec<TcpStream> = (0..10).map(|_| connect(&app)).collect();
    for stream in &mut deaf {
        stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
        for _ in 0..30 {
            if stream.write_all(request.as_bytes()).is_err() {
                break;
            }
        }
    }
    // On a connection of its own: an older one may have been idle for too long.
    let fresh = || app.server.client().bearer(&app.admin_text);
    let _ = fresh().get("/api/v1/whoami").expect(200);
    let held = kilobytes(app.server.id(), "VmRSS").saturating_sub(before);
    assert!(held < 40_000, "{held} KiB for 10 who do not read");
    let closed = (0..400).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        deaf.iter_mut().all(|stream| {
            let sent = stream.write_all(b"\r\n");
            sent.is_err_and(|error| error.kind() != ErrorKind::WouldBlock)
        })
    });
    assert!(closed, "all are closed in the end");
    let _ = fresh().get("/api/v1/whoami").expect(200);
}
