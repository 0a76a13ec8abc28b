//! `If-Match` and `ETag`: the version of what is changed (RFC 9110 §13.1.1, §8.8.3).

use core::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};

use crate::error::ApiError;

/// The version a change was made from; `None` if the client does not say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct IfMatch(pub(crate) Option<u64>);

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.headers()).map(Self).map_err(ApiError::IfMatch))
    }
}

fn read(headers: &HeaderMap) -> Result<Option<u64>, &'static str> {
    let mut fields = headers.get_all(header::IF_MATCH);
    let (Some(field), other) = (fields.next(), fields.next()) else { return Ok(None) };
    let text = field.as_bytes().trim_ascii();
    if other.is_some() || text.contains(&b',') {
        return Err("send one entity tag, not a list");
    }
    if text == b"*" {
        return Err("`*` is not accepted: it would overwrite what others saved; send the ETag of what you changed");
    }
    if text.starts_with(b"W/") {
        return Err("weak entity tags are not accepted; send the ETag as it was answered");
    }
    let number = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    number.and_then(version).map(Some).ok_or("send the ETag as it was answered, with its quotes, e.g. `\"3\"`")
}

/// The one spelling of a version.
fn version(digits: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(digits).ok()?;
    text.parse::<u64>().ok().filter(|version| version.to_string() == text)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn fields(values: &[&str]) -> Result<Option<u64>, &'static str> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header(("If-Match", *value));
        }
        read(request.to_http_request().headers())
    }

    #[test]
    fn atk_a16_one_strong_tag_or_none() {
        assert_eq!(fields(&[]), Ok(None));
        assert_eq!(fields(&["\"7\""]), Ok(Some(7)));
        assert_eq!(fields(&[&etag(u64::MAX)]), Ok(Some(u64::MAX)));
        for bad in ["*", "W/\"7\"", "\"7\",\"8\"", "7", "\"07\"", "\"+7\"", "\"\"", "\"x\"", "", "\"", "\"-1\""] {
            assert!(fields(&[bad]).is_err(), "{bad}");
        }
        assert!(fields(&["\"7\"", "\"7\""]).is_err());
        assert!(fields(&["\"18446744073709551616\""]).is_err());
    }
}
