//! One connection of one caller, kept open: requests are sent and answers received apart from each other.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// A header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// See the module.
pub(crate) struct Line {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Line {
    /// To a server, e.g. `http://127.0.0.1:4711`.
    pub(crate) fn open(address: &str) -> Result<Self, Error> {
        let address =
            address.trim_start_matches("http://").parse().map_err(|_| Error::from(ErrorKind::InvalidInput))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Gives an answer no more time than this.
    pub(crate) fn patient_for(self, time: Duration) -> Result<Self, Error> {
        self.stream.set_read_timeout(Some(time))?;
        Ok(self)
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, text: &str, body: &str) -> Result<(), Error> {
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {text}\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes())
    }

    pub(crate) fn receive(&mut self) -> Result<Reply, Error> {
        loop {
            if let Some(reply) = self.taken() {
                return Ok(reply);
            }
            let mut buffer = [0; 4 * 1_024];
            match self.stream.read(&mut buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.received.extend_from_slice(&buffer[..count]),
            }
        }
    }

    /// Sends and receives.
    pub(crate) fn call(&mut self, method: &str, path: &str, text: &str, body: &str) -> Result<Reply, Error> {
        self.send(method, path, text, body)?;
        self.receive()
    }

    pub(crate) fn whoami(&mut self, text: &str) -> Result<Reply, Error> {
        self.call("GET", "/api/v1/whoami", text, "")
    }

    fn taken(&mut self) -> Option<Reply> {
        let end = self.received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.received[..end]).into_owned();
        let status = head.get(9..12)?.parse().ok()?;
        let mut reply = Reply { status, head, body: String::new() };
        let length: usize = reply.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if self.received.len() < end + length {
            return None;
        }
        let rest = self.received.split_off(end + length);
        reply.body = String::from_utf8_lossy(&self.received[end..]).into_owned();
        self.received = rest;
        Some(reply)
    }
}
