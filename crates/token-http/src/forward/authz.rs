//! May this call pass?

use core::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use token_core::{RequestPath, StoreError};
use token_guard::{Caller, Refusal, Routed};

use super::ForwardError;
use super::original::{Asked, Question, asked};
use crate::admission;
use crate::asker::Asker;
use crate::error::ApiError;
use crate::frame;
use crate::metrics::Outcome;
use crate::state::HttpState;

const ID: HeaderName = HeaderName::from_static("x-token-id");
const NAME: HeaderName = HeaderName::from_static("x-token-name");
const ROLES: HeaderName = HeaderName::from_static("x-token-roles");

/// How often a caller is admitted anew because roles or rules changed meanwhile.
const ROUNDS: usize = 16;

/// `ANY /authz`: 200 without a body and who calls, if the call may pass; 401 or 403, framed, if not.
pub(crate) async fn authz(http: HttpRequest, _: Question) -> HttpResponse {
    answer("/authz", http).await
}

/// `ANY /authz/{path}`: the same about the path behind ours.
pub(crate) async fn path(http: HttpRequest) -> HttpResponse {
    answer("/authz/{path}", http).await
}

async fn answer(path: &str, http: HttpRequest) -> HttpResponse {
    #[expect(clippy::disallowed_methods, reason = "the duration of a request for the log; decides nothing")]
    let started = Instant::now();
    let judged = AssertUnwindSafe(judge(&http)).catch_unwind().await;
    let error = match judged {
        Ok(Ok(allowed)) => return allowed,
        Ok(Err(error)) => error,
        Err(_) => ApiError::Internal("a handler panicked"),
    };
    frame::refuse(path, &http, error, started)
}

async fn judge(http: &HttpRequest) -> Result<HttpResponse, ApiError> {
    let state = http.app_data::<Data<HttpState>>().ok_or(ApiError::Internal("the application has no state"))?;
    if state.limits.max_head < frame::head_size(http) {
        return Err(ApiError::HeadTooLarge);
    }
    let arrival = frame::arrival(state, http);
    for _ in 0..ROUNDS {
        let judged = match admission::bearer(state, http, arrival).await {
            Ok(caller) => pass(state, http, &caller),
            Err(error) => Err(error),
        };
        if let Some(judged) = judged.transpose() {
            state.metrics.count(judged.as_ref().map_or_else(outcome, |_| Outcome::Admitted));
            return judged;
        }
    }
    Err(ApiError::Refused(Refusal::Unavailable(StoreError::Busy)))
}

/// The answer for an admitted caller; `None` where the caller must be admitted anew.
fn pass(state: &HttpState, http: &HttpRequest, caller: &Caller) -> Result<Option<HttpResponse>, ApiError> {
    let trusted = http.peer_addr().is_some_and(|peer| state.trusts(peer.ip()));
    let judged = asked(http, trusted).and_then(|asked| match asked {
        Asked::Permission(permission) => caller.require(&permission).map(Some).map_err(ApiError::Refused),
        Asked::Call { method, target } => {
            let path = RequestPath::parse(target).map_err(|why| ApiError::Forward(ForwardError::Path(why)))?;
            match state.guard.route(caller, method, &path) {
                Routed::Allowed => Ok(Some(())),
                Routed::Changed => Ok(None),
                Routed::Missing(permission) => Err(ApiError::Refused(Refusal::Missing(permission))),
                Routed::NoRule => Err(ApiError::Forward(ForwardError::NoRule)),
            }
        }
    });
    match judged {
        Ok(passes) => Ok(passes.map(|()| allowed(state, caller))),
        Err(error) => {
            if matches!(error, ApiError::Forward(ForwardError::NotTrusted)) {
                tracing::warn!(
                    peer = http.peer_addr().map(|peer| tracing::field::display(peer.ip())),
                    "a gateway asks that is none of `trusted_proxies`; what it says of calls is not believed"
                );
            }
            http.extensions_mut().insert(Asker::Token(caller.clone()));
            Err(error)
        }
    }
}

fn allowed(state: &HttpState, caller: &Caller) -> HttpResponse {
    let told = state.guard.told(caller);
    let mut response = HttpResponse::new(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ID, told.id.clone());
    headers.insert(NAME, told.name.clone());
    headers.insert(ROLES, told.roles.clone());
    response
}

fn outcome(error: &ApiError) -> Outcome {
    match error {
        ApiError::Forward(ForwardError::Path(_) | ForwardError::NoRule) => Outcome::Permission,
        ApiError::Forward(_) | ApiError::Query(_) | ApiError::NotFound(_) => Outcome::Admitted,
        other => Outcome::of(other),
    }
}
