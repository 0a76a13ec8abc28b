//! Cookies, read strictly: one of a name, in the one form we gave it. Everything else is not ours.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// Holds the secret of a session. The prefix makes browsers take it from this very host alone, over TLS (or on the
/// machine itself), so no sister host can plant one.
pub(crate) const SESSION: &str = "__Host-tokenward-session";
/// Tells that somebody signed in with this browser before.
pub(crate) const DEVICE: &str = "__Host-tokenward-device";

/// How long a browser is known, in seconds: a year.
const DEVICE_AGE: u32 = 365 * 24 * 60 * 60;

/// What was sent under a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sent<'a> {
    /// Nothing.
    Nothing,
    /// One value, as it is.
    One(&'a str),
    /// Several, or bytes that are no text: no telling which one counts.
    Unclear,
}

/// The cookie of this name. Names are compared byte for byte; quotes belong to the value (RFC 6265 §4.2).
pub(crate) fn sent<'a>(headers: &'a HeaderMap, name: &str) -> Sent<'a> {
    let pairs = headers.get_all(header::COOKIE).flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| value(pair, name.as_bytes()));
    match (values.next(), values.next()) {
        (None, _) => Sent::Nothing,
        (Some(value), None) => core::str::from_utf8(value).map_or(Sent::Unclear, Sent::One),
        (Some(_), Some(_)) => Sent::Unclear,
    }
}

fn value<'a>(pair: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let pair = pair.trim_ascii();
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    let (found, value) = pair.split_at_checked(equals)?;
    (found == name).then(|| value.get(1..).unwrap_or_default())
}

/// `Set-Cookie` for a new session; gone with the browser.
pub(crate) fn session(secret: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{SESSION}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict")).ok()
}

/// `Set-Cookie` for the end of a session.
pub(crate) fn no_session() -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{SESSION}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict")).ok()
}

/// `Set-Cookie` for a browser that signed in.
pub(crate) fn device(text: &str) -> Option<HeaderValue> {
    let fields = format!("Max-Age={DEVICE_AGE}; Path=/; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&format!("{DEVICE}={text}; {fields}")).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(fields: &[&[u8]]) -> Option<String> {
        let field = |request: TestRequest, field: &&[u8]| {
            request.append_header((header::COOKIE, HeaderValue::from_bytes(field).unwrap()))
        };
        let request = fields.iter().fold(TestRequest::default(), field).to_http_request();
        match sent(request.headers(), SESSION) {
            Sent::Nothing => None,
            Sent::One(value) => Some(value.to_owned()),
            Sent::Unclear => Some("unclear".to_owned()),
        }
    }

    #[test]
    fn atk_k06_one_cookie_of_the_name_or_none_at_all() {
        for (fields, expected) in [
            (vec![], None),
            (vec!["a=b"], None),
            (vec!["__Host-tokenward-session=abc"], Some("abc")),
            (vec!["a=b; __Host-tokenward-session=abc; c"], Some("abc")),
            (vec!["a=b", "__Host-tokenward-session=abc"], Some("abc")),
            (vec!["__Host-tokenward-session=abc; __Host-tokenward-session=abc"], Some("unclear")),
            (vec!["__Host-tokenward-session=abc", "__Host-tokenward-session=def"], Some("unclear")),
            (vec!["__Host-tokenward-session=\"abc\""], Some("\"abc\"")),
            (vec!["__Host-tokenward-session="], Some("")),
            (vec!["__Host-tokenward-session"], None),
            (vec!["__Host-Tokenward-Session=abc", "tokenward-session=abc", "x__Host-tokenward-session=abc"], None),
            (vec!["=__Host-tokenward-session=abc"], None),
            (vec!["__Host-tokenward-session =abc"], None),
            (vec!["a=__Host-tokenward-session=abc"], None),
            (vec!["a=b, __Host-tokenward-session=abc"], None),
        ] {
            let bytes: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
            assert_eq!(read(&bytes).as_deref(), expected, "{fields:?}");
        }
        assert_eq!(read(&[b"__Host-tokenward-session=\xff"]).as_deref(), Some("unclear"));
    }

    #[test]
    fn atk_k07_every_cookie_is_for_this_host_over_tls_and_for_no_script() {
        for set in [session("abc"), no_session(), device("abc")] {
            let text = set.unwrap().to_str().unwrap().to_owned();
            let attributes: Vec<&str> = text.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age")).collect();
            assert_eq!(attributes, ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"], "{text}");
            assert!(text.starts_with("__Host-"), "{text}");
        }
    }
}
