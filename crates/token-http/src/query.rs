//! Strict reading of query strings: known parameters, each once, everything wrong told at once.

use core::future::{Ready, ready};
use core::str::FromStr;
use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use token_wire::FieldError;

use crate::error::ApiError;
use crate::pages::PageError;

/// Most bytes of one value, after decoding; a cursor may be the longest.
const MAX_VALUE: usize = 8_192;

/// The parameters of a request that were not read yet, and everything wrong so far.
#[derive(Debug, Default)]
pub struct Query {
    given: BTreeMap<String, String>,
    errors: Vec<FieldError>,
}

impl FromRequest for Query {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

/// For calls that take no parameter at all.
#[derive(Debug)]
pub(crate) struct NoQuery;

impl FromRequest for NoQuery {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Query::parse(request.query_string()).finish(Self))
    }
}

impl Query {
    /// Reads the text behind the `?`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|_| !text.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => query.add(name, value),
                (Some(name), None) => query.refuse(&name, "has characters that are no text, or a broken `%`"),
                (None, _) => query.refuse("", "a parameter has a name that is no text"),
            }
        }
        query
    }

    /// Without parameters that say nothing: forms send a field that was left empty, too.
    #[must_use]
    pub fn without_empty(mut self) -> Self {
        self.given.retain(|_, value| !value.trim().is_empty());
        self
    }

    /// Names and values that were not read yet.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What a list is filtered by: everything but the place in it, as bytes that differ whenever filters differ.
    pub(crate) fn filters(&self) -> Vec<u8> {
        let filters = self.given.iter().filter(|(name, _)| *name != "cursor" && *name != "limit");
        let mut bytes = Vec::new();
        for text in filters.flat_map(|(name, value)| [name, value]) {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    /// The value of a parameter as it is.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.given.remove(name)
    }

    /// The value of a parameter that `parse` reads; otherwise `expected` is told.
    pub fn parsed<T>(&mut self, name: &str, expected: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.refuse(name, expected);
        }
        value
    }

    /// The value of a parameter that one of the domain's types reads.
    pub(crate) fn typed<T: FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.parsed(name, expected, |text| text.parse().ok())
    }

    /// A value that must be there; what is wrong with one that is was told.
    pub(crate) fn required<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        let pointer = format!("?{name}");
        if value.is_none() && !self.errors.iter().any(|error| error.pointer == pointer) {
            self.refuse(name, "must be given");
        }
        value
    }

    /// A piece of text to look for; no control characters, at most 100 characters, not empty.
    pub(crate) fn needle(&mut self, name: &str) -> Option<String> {
        self.parsed(name, "expected 1 to 100 characters without control characters", |text| {
            let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
            good.then(|| text.to_owned())
        })
    }

    /// How many items a page shall have: 1..=`max`.
    pub(crate) fn limit(&mut self, max: usize) -> usize {
        let max = max.clamp(1, token_core::limits::PAGE);
        let spelled = |text: &str| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        let parse = |text: &str| {
            let number = Some(text).filter(|text| spelled(text)).and_then(|text| text.parse::<usize>().ok());
            number.filter(|number| (1..=max).contains(number))
        };
        let expected = format!("expected a number from 1 to {max}");
        self.parsed("limit", &expected, parse).unwrap_or_else(|| token_core::limits::DEFAULT_PAGE.min(max))
    }

    /// Notes a refused parameter.
    pub(crate) fn refuse(&mut self, name: &str, detail: &str) {
        // A name that is spelled like ours is worth telling; anything else could be a secret in the wrong place.
        let ours = name.len() <= 32 && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_'));
        let pointer = if ours { format!("?{name}") } else { "?".to_owned() };
        self.errors.push(FieldError::new(pointer, detail));
    }

    /// What was read, if everything was good and nothing is left over.
    pub(crate) fn finish<T>(mut self, read: T) -> Result<T, ApiError> {
        for name in core::mem::take(&mut self.given).into_keys() {
            self.refuse(&name, "there is no such parameter here");
        }
        if self.errors.is_empty() { Ok(read) } else { Err(ApiError::Query(self.errors)) }
    }

    fn add(&mut self, name: String, value: String) {
        if MAX_VALUE < value.len() {
            self.refuse(&name, "is too long");
        } else if let Some((name, _)) = self.given.get_key_value(&name) {
            self.refuse(&name.clone(), "is given more than once");
        } else {
            self.given.insert(name, value);
        }
    }
}

/// Percent-decoding that refuses what it cannot decode: broken escapes, NUL, and bytes that are no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    // Most texts are as they were written.
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+' | 0)) {
        return Some(text.to_owned());
    }
    let mut rest = text.as_bytes();
    while let Some(percent) = rest.iter().position(|byte| *byte == b'%') {
        let escape = rest.get(percent + 1..percent + 3)?;
        if !escape.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = rest.get(percent + 3..)?;
    }
    let blanks = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&blanks).decode_utf8().ok()?;
    (!decoded.contains('\0')).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pointers(query: Query) -> Vec<String> {
        let Err(ApiError::Query(errors)) = query.finish(()) else { return Vec::new() };
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn values_are_decoded_once() {
        let mut query = Query::parse("name=a%20b+c%2Bd%2525&state=");
        assert_eq!(query.text("name").as_deref(), Some("a b c+d%25"));
        assert_eq!(query.text("state").as_deref(), Some(""));
        assert!(query.finish(()).is_ok());
        assert!(Query::parse("").finish(()).is_ok());
    }

    #[test]
    fn atk_q05_unknown_and_repeated_parameters() {
        assert_eq!(pointers(Query::parse("status=revoked&status=active&x[]=1")), ["?status", "?status", "?"]);
        assert_eq!(pointers(Query::parse("a&a")), ["?a", "?a"]);
        assert_eq!(pointers(Query::parse("access_token=eyJ.x.y")), ["?access_token"]);
        assert_eq!(pointers(Query::parse("eyJhbGciOi.x.y")), ["?"]);
        assert_eq!(pointers(Query::parse("&")), ["?", "?"]);
    }

    #[test]
    fn atk_q10_encodings_that_are_none() {
        for bad in ["%", "%2", "%zz", "%00", "%ff", "%c0%af", "%ed%a0%80", "%+1", "a%2"] {
            assert_eq!(pointers(Query::parse(&format!("name={bad}"))), ["?name"], "{bad}");
            assert_eq!(pointers(Query::parse(&format!("{bad}=1"))), ["?"], "{bad}");
        }
    }

    #[test]
    fn atk_q06_limits() {
        let limit = |text: &str| {
            let mut query = Query::parse(text);
            let limit = query.limit(500);
            query.finish(limit).ok()
        };
        assert_eq!(limit(""), Some(50));
        assert_eq!(limit("limit=1"), Some(1));
        assert_eq!(limit("limit=500"), Some(500));
        for bad in ["-1", "0", "501", "1e9", "abc", "10.5", "0x10", "", "+5", "%2B5", "99999999999999999999", "５"] {
            assert_eq!(limit(&format!("limit={bad}")), None, "{bad}");
        }
    }

    #[test]
    fn atk_q03_needles_are_bounded() {
        let needle = |text: &str| {
            let mut query = Query::parse(&format!("name={text}"));
            let needle = query.needle("name");
            query.finish(needle).ok().flatten()
        };
        assert_eq!(needle("'%3B DROP TABLE tokens%3B--").as_deref(), Some("'; DROP TABLE tokens;--"));
        assert_eq!(needle("100%25_[a-z]%5C").as_deref(), Some("100%_[a-z]\\"));
        for bad in ["", "a%0Ab", &"x".repeat(101), &"x".repeat(100_000)] {
            assert_eq!(needle(bad), None);
        }
    }

    #[test]
    fn filters_differ_whenever_they_differ() {
        let filters = |text: &str| Query::parse(text).filters();
        assert_eq!(filters("a=1&b=2&cursor=x&limit=5"), filters("b=2&a=1"));
        assert_ne!(filters("a=1b=2"), filters("a=1&b=2"));
        assert_ne!(filters("a=1"), filters("a="));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_query_is_read_or_refused(text in "[a-z%&=+0-9\\PC]{0,60}") {
            let mut query = Query::parse(&text);
            let _ = (query.filters(), query.needle("a"), query.limit(500));
            let _ = query.finish(());
        }
    }
}
