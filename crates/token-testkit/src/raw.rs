//! Bytes as they are: for requests no HTTP client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::Answer;

/// How long nothing may come before the exchange counts as over.
const PATIENCE: Duration = Duration::from_secs(8);

/// Most bytes of answers that are read.
const MOST: usize = 4 << 20;

/// Sends bytes on a fresh connection and gives every answer that came until the server closed it, or was silent for
/// eight seconds. A request that wants one quick answer says `Connection: close`.
///
/// # Panics
///
/// When there is no server at `address`, e.g. `http://127.0.0.1:4711`.
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
pub fn exchange(address: &str, bytes: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).expect("a server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time-out");
    // A server that has heard enough closes before everything is sent; its answer is read all the same.
    let _ = stream.write_all(bytes);
    let mut received = Vec::new();
    let mut buffer = [0; 16 * 1_024];
    while received.len() < MOST {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    answers(&received)
}

/// Splits what came into answers; what is no answer any more is left out.
fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    let mut all = Vec::new();
    while let Some((answer, rest)) = answer(bytes) {
        all.push(answer);
        bytes = rest;
    }
    all
}

/// The first answer, of which the end may be missing, and what follows it.
fn answer(bytes: &[u8]) -> Option<(Answer, &[u8])> {
    let (head, length, body) = parted(bytes)?;
    Some(with_body(head, body.split_at_checked(length).unwrap_or((body, b""))))
}

/// The first answer and what follows it, once all of it is there.
pub(crate) fn whole_answer(bytes: &[u8]) -> Option<(Answer, &[u8])> {
    let (head, length, body) = parted(bytes)?;
    Some(with_body(head, body.split_at_checked(length)?))
}

/// An answer without its body, the length of that, and the bytes from its beginning on.
fn parted(bytes: &[u8]) -> Option<(Answer, usize, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 4..)?);
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(field).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    Some((Answer { status, headers, text: String::new() }, length.unwrap_or(0), body))
}

fn with_body<'a>(head: Answer, (body, rest): (&[u8], &'a [u8])) -> (Answer, &'a [u8]) {
    (Answer { text: String::from_utf8_lossy(body).into_owned(), ..head }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let bytes = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nX-A: b\r\n\r\nnoHTTP/1.1 200 OK\r\n\r\n";
        let all = answers(bytes);
        let seen: Vec<_> = all.iter().map(|answer| (answer.status, answer.text.as_str())).collect();
        assert_eq!(seen, [(401, "no"), (200, "")]);
        assert_eq!(all.first().and_then(|answer| answer.header("x-a")), Some("b"));
        assert!(answers(b"garbage").is_empty());
    }

    #[test]
    fn an_answer_is_whole_when_its_body_is_there() {
        let bytes = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK\r\n\r\n";
        let first = bytes.len() - b"HTTP/1.1 200 OK\r\n\r\n".len();
        assert!((0..first).all(|length| whole_answer(&bytes[..length]).is_none()));
        let (answer, rest) = whole_answer(bytes).unwrap();
        assert_eq!((answer.status, answer.text.as_str()), (401, "no"));
        assert_eq!(whole_answer(rest).unwrap().0.status, 200);
    }
}
