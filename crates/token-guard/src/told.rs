//! What a gateway is told of an admitted caller, ready to be sent: made once for each token and version of the roles.

use core::fmt::Write as _;

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use crate::{Caller, Guard};

/// Values of header fields. Everything but letters, digits, `-`, `.`, `_` and `~` is percent-encoded UTF-8 (RFC 3986 §2.3),
/// so that no name can end a field, a list or a log line.
#[derive(Clone, Debug)]
pub struct Told {
    /// The token.
    pub id: HeaderValue,
    /// What people call it.
    pub name: HeaderValue,
    /// The names of its explicit roles in order, with commas between.
    pub roles: HeaderValue,
}

impl Guard {
    /// What there is to tell of an admitted caller.
    #[must_use]
    pub fn told<'a>(&self, caller: &'a Caller) -> &'a Told {
        caller.compiled().told.get_or_init(|| {
            let published = self.memory.published();
            let roles = caller.roles().iter().filter_map(|id| published.policy.role(*id));
            let mut roles: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
            roles.sort_unstable();
            let roles: Vec<String> = roles.into_iter().map(encoded).collect();
            let [id, name, roles] = values([caller.id().to_string(), encoded(caller.name().as_str()), roles.join(",")]);
            Box::new(Told { id, name, roles })
        })
    }
}

/// Values that stand together in memory, where each answer reads them all. Nothing but visible ASCII comes here; the empty
/// value stands for what cannot be.
fn values<const N: usize>(texts: [String; N]) -> [HeaderValue; N] {
    let all = Bytes::from(texts.concat());
    let mut begin = 0;
    texts.map(|text| {
        let end = begin + text.len();
        let value = HeaderValue::from_maybe_shared(all.slice(begin..end));
        begin = end;
        value.unwrap_or_else(|_| HeaderValue::from_static(""))
    })
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            // Writing to a text does not fail.
            byte => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_w12_no_name_ends_a_field_or_a_list() {
        assert_eq!(encoded("CI-1.0_x~"), "CI-1.0_x~");
        assert_eq!(encoded("All readers, \"é\"\r\nX: y;%"), "All%20readers%2C%20%22%C3%A9%22%0D%0AX%3A%20y%3B%25");
        assert_eq!(values([encoded("\u{0}\u{202e}"), String::new(), encoded("b")]), ["%00%E2%80%AE", "", "b"]);
        assert_eq!(values(["a".to_owned(), "\n".to_owned(), "b".to_owned()]), ["a", "", "b"]);
    }
}
