//! `Idempotency-Key`: what a client calls a request that it may send again.

use core::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use token_core::IdempotencyKey;

use crate::error::ApiError;

/// The key of a request, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct RequestKey(pub(crate) Option<IdempotencyKey>);

impl FromRequest for RequestKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.headers()).map(Self).map_err(ApiError::RequestKey))
    }
}

fn read(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, &'static str> {
    let mut fields = headers.get_all("idempotency-key");
    let (Some(field), other) = (fields.next(), fields.next()) else { return Ok(None) };
    if other.is_some() {
        return Err("send one `Idempotency-Key`");
    }
    let text = core::str::from_utf8(field.as_bytes().trim_ascii()).ok();
    let key = text.and_then(|text| text.parse().ok());
    key.map(Some).ok_or("an `Idempotency-Key` is 1 to 255 visible ASCII characters, e.g. a random UUID")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn atk_a26_one_key_of_visible_ascii_or_none() {
        let keys = |values: &[&str]| {
            let add = |request: TestRequest, value: &&str| request.append_header(("Idempotency-Key", *value));
            let request = values.iter().fold(TestRequest::default(), add);
            read(request.to_http_request().headers()).map(|key| key.map(|key| key.as_str().to_owned()))
        };
        assert_eq!(keys(&[]), Ok(None));
        assert_eq!(keys(&["k"]), Ok(Some("k".to_owned())));
        for bad in [&["a", "a"][..], &[""], &["a b"], &["é"], &[&"x".repeat(256)]] {
            assert!(keys(bad).is_err(), "{bad:?}");
        }
    }
}
