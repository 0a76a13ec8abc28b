//! One connection of one caller, kept open: requests are sent and answers received apart from each other.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::Answer;
use crate::raw::whole_answer;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// See the module.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Line {
    /// To a server, e.g. `http://127.0.0.1:4711`, which may take 25 seconds for an answer.
    ///
    /// # Errors
    ///
    /// When nobody listens there.
    pub fn open(address: &str) -> Result<Self, Error> {
        let address =
            address.trim_start_matches("http://").parse().map_err(|_| Error::from(ErrorKind::InvalidInput))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Gives an answer no more time than this.
    ///
    /// # Errors
    ///
    /// When the time is zero.
    pub fn patient_for(self, time: Duration) -> Result<Self, Error> {
        self.stream.set_read_timeout(Some(time))?;
        Ok(self)
    }

    /// Sends a request with the text of a token, and with a body of JSON unless that is empty.
    ///
    /// # Errors
    ///
    /// When the connection is closed.
    pub fn send(&mut self, method: &str, path: &str, text: &str, body: &str) -> Result<(), Error> {
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {text}\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes())
    }

    /// The answer to the first request that has none yet.
    ///
    /// # Errors
    ///
    /// When the connection was closed without one, or it took too long.
    pub fn receive(&mut self) -> Result<Answer, Error> {
        loop {
            if let Some((answer, rest)) = whole_answer(&self.received) {
                self.received = rest.to_vec();
                return Ok(answer);
            }
            let mut buffer = [0; 4 * 1_024];
            match self.stream.read(&mut buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    /// Sends and receives.
    ///
    /// # Errors
    ///
    /// As either.
    pub fn call(&mut self, method: &str, path: &str, text: &str, body: &str) -> Result<Answer, Error> {
        self.send(method, path, text, body)?;
        self.receive()
    }

    /// Asks the server who presents this text.
    ///
    /// # Errors
    ///
    /// As [`Line::call`].
    pub fn whoami(&mut self, text: &str) -> Result<Answer, Error> {
        self.call("GET", "/api/v1/whoami", text, "")
    }
}
