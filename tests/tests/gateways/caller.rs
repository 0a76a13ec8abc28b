//! Callers: one request on a connection of its own, byte for byte as it is written, from an address one chooses.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType};
use token_testkit::Answer;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// Where callers are unless they say otherwise: not where gateways are, which Tokenward trusts.
pub(crate) const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A request that can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    from: Ipv4Addr,
    method: String,
    target: String,
    fields: Vec<(String, String)>,
    body: String,
}

impl Call {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        let fields = vec![("Host".to_owned(), "assets.example".to_owned())];
        Self { from: STRANGER, method: method.to_owned(), target: target.to_owned(), fields, body: String::new() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn bearer(self, text: &str) -> Self {
        self.with("Authorization", &format!("Bearer {text}"))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.with("Content-Length", &body.len().to_string())
    }

    pub(crate) fn from(self, from: Ipv4Addr) -> Self {
        Self { from, ..self }
    }

    /// What this is answered.
    #[track_caller]
    pub(crate) fn send(&self, to: SocketAddr) -> Answer {
        self.try_send(to).unwrap_or_else(|| panic!("no answer: {self:?}"))
    }

    /// The same; nothing where the connection was closed without a word.
    pub(crate) fn try_send(&self, to: SocketAddr) -> Option<Answer> {
        let mut stream = self.connect(to);
        let add = |fields: String, (name, value): &(String, String)| fields + name + ": " + value + "\r\n";
        let fields = self.fields.iter().fold(String::new(), add);
        let (method, target, body) = (&self.method, &self.target, &self.body);
        let request = format!("{method} {target} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n{body}");
        // Whoever has heard enough closes before everything is sent; the answer is read all the same.
        let _ = stream.write_all(request.as_bytes());
        let mut received = Vec::new();
        let mut buffer = [0; 4 * 1_024];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            received.extend_from_slice(&buffer[..count]);
        }
        answer(&String::from_utf8_lossy(&received))
    }

    fn connect(&self, to: SocketAddr) -> TcpStream {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&socket, &SocketAddrV4::new(self.from, 0)).unwrap();
        rustix::net::connect(&socket, &to).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

fn answer(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    Some(Answer { status, headers: lines.filter_map(field).collect(), text: body.to_owned() })
}
