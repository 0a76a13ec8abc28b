//! One connection to a server, as a client that does nothing else keeps it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Lines of the head behind the first.
    pub head: Vec<String>,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection(BufReader<TcpStream>);

#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
impl Connection {
    /// Connects; what is sent leaves at once.
    ///
    /// # Panics
    ///
    /// When nobody listens there.
    #[must_use]
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("connected");
        stream.set_nodelay(true).expect("a socket");
        Self(BufReader::new(stream))
    }

    /// Sends a request and reads its whole answer; the status.
    ///
    /// # Panics
    ///
    /// When there is no answer, or none with a length.
    pub fn call(&mut self, request: &[u8]) -> u16 {
        self.answer(request).status
    }

    /// Sends a request and reads its whole answer.
    ///
    /// # Panics
    ///
    /// When there is none, or none with a length.
    pub fn answer(&mut self, request: &[u8]) -> Answer {
        self.send(request);
        self.receive()
    }

    /// Sends a request and waits for nothing.
    ///
    /// # Panics
    ///
    /// When the connection is gone.
    pub fn send(&mut self, request: &[u8]) {
        self.0.get_mut().write_all(request).expect("sent");
    }

    /// Reads the next whole answer.
    ///
    /// # Panics
    ///
    /// When there is none, or none with a length.
    pub fn receive(&mut self) -> Answer {
        let (mut line, mut length, mut head) = (String::new(), 0, Vec::new());
        self.0.read_line(&mut line).expect("a status line");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).expect("a header field");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            head.push(line.trim_end().to_owned());
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        Answer { status, head, body }
    }

    /// The same for a request whose answer must be 200.
    ///
    /// # Panics
    ///
    /// When it is another, too.
    pub fn ok(&mut self, request: &[u8]) {
        assert_eq!(self.call(request), 200, "the call is answered");
    }
}
