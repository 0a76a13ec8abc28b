//! The program as its readers start it, called over a real connection.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running service; ends with the test, also when it fails.
struct Service {
    child: Child,
    address: String,
    keeper: String,
}

impl Service {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_own-store"))
            .env("LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = said.next().unwrap().unwrap().strip_prefix("listens on http://").unwrap().to_owned();
        let keeper = said.next().unwrap().unwrap();
        Self { child, address, keeper }
    }

    /// Status and body.
    fn call(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let length = body.len();
        let fields =
            format!("Host: a\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\nConnection: close");
        write!(stream, "{method} {path} HTTP/1.1\r\n{fields}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.trim().to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn s35_s37_a_token_of_its_own_store_passes_at_once_and_not_after_its_end() {
    let service = Service::start();
    let (made, reader) = service.call("POST", "/tokens", &service.keeper, "reader");
    assert_eq!(made, 200, "{reader}");
    assert_eq!(service.call("GET", "/assets", &reader, ""), (200, "the assets, for reader".to_owned()));
    assert_eq!(service.call("POST", "/tokens", &reader, "another").0, 403);
    let (_, id) = service.call("GET", "/me", &reader, "");
    assert_eq!(service.call("DELETE", &format!("/tokens/{id}"), &service.keeper, "").0, 204);
    assert_eq!(service.call("GET", "/assets", &reader, "").0, 401);
    assert_eq!(service.call("GET", "/assets", &service.keeper, "").0, 200);
}
