//! Bodies: announced as JSON, bounded in length and time, one object.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::Poll;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::rt::time::timeout;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use token_wire::{BodyError, Object, parse_object};

use crate::error::ApiError;
use crate::state::{HttpLimits, HttpState};

/// The JSON object of a request.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Object);

/// The JSON object of a request; an empty one if there is no body.
#[derive(Debug)]
pub(crate) struct OptionalJsonBody(pub(crate) Object);

impl FromRequest for JsonBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let announced = announced(request.headers()).and_then(|media| media.ok_or(ApiError::UnsupportedMediaType));
        let (limits, length, payload) = (limits(request), length(request.headers()), payload.take());
        Box::pin(async move {
            let Announced = announced?;
            let bytes = read(payload, length, limits?).await?;
            parse_object(&bytes).map(Self).map_err(ApiError::Body)
        })
    }
}

impl FromRequest for OptionalJsonBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let announced = announced(request.headers());
        let (limits, length, payload) = (limits(request), length(request.headers()), payload.take());
        Box::pin(async move {
            let announced = announced?;
            let bytes = read(payload, length, limits?).await?;
            match (announced, parse_object(&bytes)) {
                (_, Err(BodyError::Empty)) => Ok(Self(Object::new())),
                (None, _) => Err(ApiError::UnsupportedMediaType),
                (Some(Announced), body) => body.map(Self).map_err(ApiError::Body),
            }
        })
    }
}

/// The body is said to be JSON in UTF-8, as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Announced;

/// `None` if nothing is said of the body.
fn announced(headers: &HeaderMap) -> Result<Option<Announced>, ApiError> {
    let encoded = |value: &header::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).any(encoded) {
        return Err(ApiError::UnsupportedMediaType);
    }
    let mut fields = headers.get_all(header::CONTENT_TYPE);
    match (fields.next(), fields.next()) {
        (None, _) => Ok(None),
        (Some(field), None) if field.to_str().is_ok_and(is_json) => Ok(Some(Announced)),
        (Some(_), _) => Err(ApiError::UnsupportedMediaType),
    }
}

/// `application/json`, with no parameter or the only charset JSON has (RFC 8259 §8.1).
fn is_json(media: &str) -> bool {
    let mut parts = media.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let utf8 =
        |part: &str| part.eq_ignore_ascii_case("charset=utf-8") || part.eq_ignore_ascii_case("charset=\"utf-8\"");
    json && parts.next().is_none_or(utf8) && parts.next().is_none()
}

pub(crate) fn limits(request: &HttpRequest) -> Result<HttpLimits, ApiError> {
    let state = request.app_data::<Data<HttpState>>();
    state.map(|state| state.limits).ok_or(ApiError::Internal("the application has no state"))
}

pub(crate) fn length(headers: &HeaderMap) -> Option<usize> {
    const LENGTH: HeaderName = header::CONTENT_LENGTH;
    headers.get(LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads no more than the limit, whatever length was announced.
pub(crate) async fn read(payload: Payload, length: Option<usize>, limits: HttpLimits) -> Result<Vec<u8>, ApiError> {
    if length.is_some_and(|length| limits.max_body < length) {
        return Err(ApiError::BodyTooLarge(limits.max_body));
    }
    let mut whole = pin!(collect(payload, limits.max_body));
    // A handler begins before the body is read, even one that came with the head: that is there at the second look, and
    // needs no timer.
    if let Some(whole) = at_once(whole.as_mut()).await {
        return whole;
    }
    timeout(limits.request_timeout, whole).await.map_err(|_| ApiError::RequestTimeout)?
}

/// What comes of a future that is ready when it is asked a second time, which is soon.
async fn at_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut had_turn = false;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if had_turn => Poll::Ready(None),
        Poll::Pending => {
            had_turn = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

async fn collect(mut payload: Payload, max: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| match error {
            PayloadError::Overflow => ApiError::BodyTooLarge(max),
            _ => ApiError::BodyCut,
        })?;
        if max - body.len() < chunk.len() {
            return Err(ApiError::BodyTooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn media(fields: &[(&str, &str)]) -> Option<bool> {
        let request = fields.iter().fold(TestRequest::default(), |request, field| request.append_header(*field));
        announced(request.to_http_request().headers()).ok().map(|media| media.is_some())
    }

    #[actix_web::test]
    async fn what_is_not_there_at_the_second_look_is_waited_for_with_a_timer() {
        let ready_at = |look: usize| {
            let mut looks = 0;
            poll_fn(move |_| {
                looks += 1;
                if looks < look { Poll::Pending } else { Poll::Ready(looks) }
            })
        };
        assert_eq!(at_once(pin!(ready_at(1))).await, Some(1));
        assert_eq!(at_once(pin!(ready_at(2))).await, Some(2));
        let mut later = pin!(ready_at(3));
        assert_eq!(at_once(later.as_mut()).await, None);
        assert_eq!(later.await, 3, "nothing of it is lost");
    }

    #[test]
    fn atk_a01_one_media_type_only() {
        const TYPE: &str = "Content-Type";
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert_eq!(media(&[(TYPE, good)]), Some(true), "{good}");
        }
        for bad in [
            "text/plain",
            "text/json",
            "application/jsonx",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json;",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/x-www-form-urlencoded",
            "application/json, text/plain",
            "",
        ] {
            assert_eq!(media(&[(TYPE, bad)]), None, "{bad}");
        }
        assert_eq!(media(&[]), Some(false));
        assert_eq!(media(&[(TYPE, "application/json"), (TYPE, "application/json")]), None);
        assert_eq!(media(&[(TYPE, "application/json"), ("Content-Encoding", "gzip")]), None);
    }

    #[actix_web::test]
    async fn the_limit_holds_with_and_without_an_announced_length() {
        let limits = HttpLimits { max_body: 8, ..HttpLimits::default() };
        for (bytes, length, fits) in
            [("12345678", None, true), ("123456789", None, false), ("1", Some(9), false), ("12345678", Some(8), true)]
        {
            let (_, payload) = TestRequest::default().set_payload(bytes).to_http_parts();
            assert_eq!(read(payload, length, limits).await.is_ok(), fits, "{bytes} {length:?}");
        }
    }
}
