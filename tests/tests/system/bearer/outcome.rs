//! How a presented credential is answered, from bytes to one word.

use token_testkit::{Answer, exchange};

use crate::app::App;

/// The answers there are to a credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Accepted,
    /// 401 without an error code: nothing was presented.
    Nothing,
    /// 401 `invalid_token`, the one description for all.
    NotAccepted,
    /// 400.
    Malformed,
}

use Outcome::{Accepted, Malformed, NotAccepted, Nothing};

/// What a call of `whoami` with these lines of fields, each ended, is answered.
#[track_caller]
pub(crate) fn outcome(app: &App, fields: &[u8]) -> Outcome {
    let head = b"GET /api/v1/whoami HTTP/1.1\r\nHost: tokenward\r\nConnection: close\r\n";
    of_request(app, &[head, fields, b"\r\n"].concat())
}

/// What a whole request is answered. There is one answer, and the next good request is served.
#[track_caller]
pub(crate) fn of_request(app: &App, request: &[u8]) -> Outcome {
    let answers = exchange(app.server.address(), request);
    let shown = String::from_utf8_lossy(request);
    assert_eq!(answers.len(), 1, "{shown:?}: {answers:?}");
    let _ = app.admin.get("/api/v1/whoami").expect(200);
    read(&answers[0], &shown)
}

#[track_caller]
pub(crate) fn read(answer: &Answer, shown: &str) -> Outcome {
    const REALM: &str = "Bearer realm=\"tokenward\"";
    let challenge = answer.header("www-authenticate");
    match answer.status {
        200 => Accepted,
        400 => Malformed,
        401 if challenge == Some(REALM) => Nothing,
        401 => {
            let uniform = format!("{REALM}, error=\"invalid_token\", error_description=\"the token is not accepted\"");
            assert_eq!(challenge, Some(uniform.as_str()), "{shown:?}");
            NotAccepted
        }
        _ => unreachable!("{shown:?}: {answer:?}"),
    }
}

/// One field, ended.
pub(crate) fn field(name: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    [name.as_bytes(), b": ", value.as_ref(), b"\r\n"].concat()
}

pub(crate) fn authorization(value: impl AsRef<[u8]>) -> Vec<u8> {
    field("Authorization", value)
}
