//! Around every request: an id, the same header fields on every answer, problem bodies, and one line of log. A panic
//! becomes a 500 that tells nothing.

use core::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use token_core::RequestId;
use token_guard::{Arrival, client_address};
use token_wire::Problem;

use crate::ahead::Ahead;
use crate::asker::Asker;
use crate::author::Arrived;
use crate::effective;
use crate::error::ApiError;
use crate::state::HttpState;

/// On every answer that came over TLS of our own: for a year no browser asks without (RFC 6797). Behind a proxy that
/// ends TLS it is the proxy's to say.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// On every answer; `Cache-Control`, `Content-Security-Policy` and `Referrer-Policy` may be set otherwise by a handler.
const FIELDS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
];

/// Frames a request to the resource with this path, if it is one; `dress` looks at every answer before a problem becomes
/// JSON.
pub(crate) async fn frame(
    state: Arc<HttpState>,
    path: Option<&'static str>,
    request: ServiceRequest,
    next: Next<BoxBody>,
    dress: impl FnOnce(ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    #[expect(clippy::disallowed_methods, reason = "the duration of a request for the log; decides nothing")]
    let started = Instant::now();
    let http = request.request().clone();
    let (id, response) = match arrive(&state, &http) {
        Ok(arrived) => {
            http.extensions_mut().insert(arrived);
            let response = if state.limits.max_head < head_size(&http) {
                ServiceResponse::from_err(ApiError::HeadTooLarge, http.clone())
            } else {
                run(http.clone(), request, next).await
            };
            (Some(arrived.id), response)
        }
        Err(error) => (None, ServiceResponse::from_err(error, http.clone())),
    };
    let effective = effective::wait(&state, path, &http, response.status()).await;
    let mut response = finish(dress(response), id);
    if let Some(value) = effective.and_then(|effective| effective::value(&effective, state.admin.store().durability()))
    {
        response.headers_mut().insert(effective::FIELD, value);
    }
    count(&state, &response);
    log(path, &http, &response, id, started.elapsed().as_millis());
    Ok(response)
}

/// The framed answer to a request of a gateway that is refused.
pub(crate) fn refuse(path: &str, http: &HttpRequest, error: ApiError, started: Instant) -> HttpResponse {
    let state = http.app_data::<Data<HttpState>>().cloned();
    let id = state.as_ref().and_then(|state| arrive(state, http).ok()).map(|arrived| arrived.id);
    let response = finish(ServiceResponse::from_err(error, http.clone()), id);
    if let Some(state) = &state {
        count(state, &response);
    }
    log(Some(path), http, &response, id, started.elapsed().as_millis());
    response.into_parts().1
}

/// When and from where a request came.
pub(crate) fn arrival(state: &HttpState, request: &HttpRequest) -> Arrival {
    let now = state.clock.now().seconds();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let forwarded = request.headers().get_all(header::X_FORWARDED_FOR).map(HeaderValue::as_bytes);
    Arrival { now, peer: client_address(peer, forwarded, &state.trusted_proxies) }
}

fn arrive(state: &HttpState, request: &HttpRequest) -> Result<Arrived, ApiError> {
    let now = state.clock.now();
    let id = RequestId::new(now, &Ahead(state.randomness.as_ref()))
        .map_err(|_| ApiError::Internal("the source of randomness failed"))?;
    let Arrival { peer, .. } = arrival(state, request);
    Ok(Arrived { id, now: now.seconds(), address: peer })
}

async fn run(http: HttpRequest, request: ServiceRequest, next: Next<BoxBody>) -> ServiceResponse<BoxBody> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => ServiceResponse::from_err(error, http),
        Err(_) => ServiceResponse::from_err(ApiError::Internal("a handler panicked"), http),
    }
}

/// Writes the problem, if it is one, and the header fields of every answer.
fn finish(response: ServiceResponse<BoxBody>, id: Option<RequestId>) -> ServiceResponse<BoxBody> {
    let id = id.map(|id| id.to_string());
    let (http, mut response) = response.into_parts();
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(mut problem) = problem {
        problem.request_id.clone_from(&id);
        response = with_problem(response, &problem);
    }
    let headers = response.headers_mut();
    for (name, value) in FIELDS {
        let may_differ = [header::CONTENT_SECURITY_POLICY, header::REFERRER_POLICY].contains(&name);
        if !may_differ || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if http.app_config().secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(id) = id.and_then(|id| HeaderValue::try_from(id).ok()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    ServiceResponse::new(http, response)
}

fn with_problem(response: HttpResponse, problem: &Problem) -> HttpResponse {
    // Texts and numbers always serialize; the fallback keeps the status if they should not.
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = response.set_body(BoxBody::new(body));
    // OAuth clients read errors of no other type (RFC 6749 §5.2).
    let media = if problem.error.is_some() { "application/json" } else { "application/problem+json" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// An admitted caller who was told that a permission is missing, by the route or by a use case.
fn count(state: &HttpState, response: &ServiceResponse<BoxBody>) {
    let extensions = response.request().extensions();
    match extensions.get::<Asker>() {
        _ if response.status() != StatusCode::FORBIDDEN => {}
        Some(Asker::Token(caller)) => state.guard.count_forbidden(Some(caller.id())),
        Some(Asker::Person(_)) => state.guard.count_forbidden(None),
        None => {}
    }
}

/// One line: never a query, a header field, a body or a token's text.
fn log(
    path: Option<&str>,
    http: &HttpRequest,
    response: &ServiceResponse<BoxBody>,
    id: Option<RequestId>,
    duration: u128,
) {
    let extensions = http.extensions();
    let (token, person) = match extensions.get::<Asker>() {
        Some(Asker::Token(caller)) => (Some(caller.id()), None),
        Some(Asker::Person(person)) => (None, Some(person.signed_in.user.id)),
        None => (None, None),
    };
    tracing::info!(
        request.id = id.map(tracing::field::display),
        http.method = known(http.method()),
        http.route = path.unwrap_or("-"),
        http.status = response.status().as_u16(),
        duration_ms = u64::try_from(duration).unwrap_or(u64::MAX),
        token.id = token.map(tracing::field::display),
        user.id = person.map(tracing::field::display),
        "answered a request"
    );
}

/// A method by name if everybody knows it; others are as long and odd as a client likes.
fn known(method: &Method) -> &str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if KNOWN.contains(method) { method.as_str() } else { "other" }
}

/// Bytes of the head, from request line to empty line (RFC 9112 §2.1), as it is written without needless blanks.
pub(crate) fn head_size(http: &HttpRequest) -> usize {
    let fields =
        |headers: &HeaderMap| headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    let uri = http.uri().path_and_query().map_or(0, |target| target.as_str().len());
    // Beside method and target: two blanks, `HTTP/1.1` and two line ends.
    http.method().as_str().len() + uri + 14 + fields(http.headers())
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn a_panicking_handler_is_a_500_without_detail() {
        async fn caught(
            request: ServiceRequest,
            next: Next<BoxBody>,
        ) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
            let http = request.request().clone();
            Ok(finish(run(http, request, next).await, None))
        }
        async fn panics() -> HttpResponse {
            panic!("sesame")
        }
        let resource = web::resource("/").route(web::get().to(panics)).wrap(from_fn(caught));
        let service = init_service(App::new().service(resource)).await;
        for _ in 0..2 {
            let response = call_service(&service, TestRequest::default().to_request()).await;
            assert_eq!(response.status().as_u16(), 500);
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            let expected = r#"{"type":"/problems/internal-error","title":"Internal error","status":500}"#;
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn only_names_everybody_knows_are_logged() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        assert_eq!(known(&Method::from_bytes(b"eyJhbGciOi").unwrap()), "other");
    }
}
