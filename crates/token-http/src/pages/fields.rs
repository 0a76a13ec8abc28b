//! What a form sends: `application/x-www-form-urlencoded`, read strictly, bounded in length and time.

use core::fmt;

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, dev::Payload};
use zeroize::Zeroize as _;

use crate::body::{length, read};
use crate::error::ApiError;
use crate::query::decode;
use crate::state::HttpLimits;

/// The field that holds the CSRF token of the session.
pub const CSRF_FIELD: &str = "csrf";

/// Everything but unreserved characters (RFC 3986 §2.3).
const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and values in the order they were sent; a name may stand several times. Values of fields that are named
/// `password…` are overwritten when dropped.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields that are sent along in another form.
    pub fn kept(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(name, _)| name != CSRF_FIELD && !is_secret(name)).collect())
    }

    /// Reads the encoded form; broken escapes, NUL and bytes that are no UTF-8 are refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let fields = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        fields.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The encoded form.
    #[must_use]
    pub fn encoded(&self) -> String {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, RESERVED).to_string();
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }

    /// The value of a field: the first one, if it stands several times.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same value, which is empty from then on, and is overwritten by nobody: not for secrets of people.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.iter_mut().find(|(known, _)| known == name).map(|(_, value)| core::mem::take(value))
    }

    /// The values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Without what must not stand in a page: passwords, and the token of a session.
    pub(super) fn without_secrets(&self) -> Self {
        Self::kept(self.0.clone())
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.iter_mut().filter(|(name, _)| is_secret(name)).for_each(|(_, value)| value.zeroize());
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn is_secret(name: &str) -> bool {
    name.starts_with("password")
}

/// The form of a request; its media type is that of forms, as it is.
pub(crate) async fn form(http: &HttpRequest, payload: Payload, limits: HttpLimits) -> Result<Fields, ApiError> {
    if !is_form(http.headers()) {
        return Err(ApiError::FormExpected);
    }
    let bytes = read(payload, length(http.headers()), limits).await?;
    let text = String::from_utf8(bytes).map_err(|_| ApiError::FormMalformed)?;
    Fields::parse(&text).ok_or(ApiError::FormMalformed)
}

fn is_form(headers: &HeaderMap) -> bool {
    let encoded = |value: &header::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).any(encoded) {
        return false;
    }
    let mut fields = headers.get_all(header::CONTENT_TYPE);
    let (Some(field), None) = (fields.next(), fields.next()) else { return false };
    let mut parts = field.to_str().unwrap_or_default().split(';').map(str::trim);
    let form = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    form && parts.next().is_none_or(|part| part.eq_ignore_ascii_case("charset=utf-8")) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read_once_and_in_order() {
        let fields = Fields::parse("a=1&b=x+y%2B&a=2&c&=z").unwrap();
        let read: Vec<_> = fields.iter().collect();
        assert_eq!(read, [("a", "1"), ("b", "x y+"), ("a", "2"), ("c", ""), ("", "z")]);
        assert_eq!(fields.text("a"), Some("1"));
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.text("d"), None);
        for bad in ["a=%", "a=%zz", "a=%00", "a=%ff", "%c0%af=1"] {
            assert!(Fields::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn atk_x06_no_password_is_kept_or_printed() {
        let fields = Fields::parse("name=a&password=sesame&password_again=sesame&csrf=abc").unwrap();
        assert!(!format!("{fields:?}").contains("sesame"));
        let kept = fields.without_secrets();
        assert_eq!(kept.iter().collect::<Vec<_>>(), [("name", "a")]);
    }

    #[test]
    fn atk_k01_one_media_type_only() {
        let media = |fields: &[&str]| {
            let add = |request: TestRequest, field: &&str| request.append_header((header::CONTENT_TYPE, *field));
            is_form(fields.iter().fold(TestRequest::default(), add).to_http_request().headers())
        };
        assert!(media(&["application/x-www-form-urlencoded"]));
        assert!(media(&["Application/X-WWW-Form-Urlencoded; charset=UTF-8"]));
        for bad in [
            &[][..],
            &["text/plain"],
            &["multipart/form-data; boundary=x"],
            &["application/json"],
            &["application/x-www-form-urlencoded; charset=utf-7"],
            &["application/x-www-form-urlencoded", "application/x-www-form-urlencoded"],
        ] {
            assert!(!media(bad), "{bad:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_encoded_is_read_again(pairs in proptest::collection::vec(("[^\\x00]{0,8}", "[^\\x00]{0,20}"), 0..6)) {
            let fields = Fields(pairs.clone());
            let read = Fields::parse(&fields.encoded()).unwrap();
            let named: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), named);
        }
    }
}
