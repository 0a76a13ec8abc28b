//! Admission: what a route needs is asked before its body is read or its handler runs.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use token_admin::Secret;
use token_guard::Arrival;
use token_guard::actix::presented;

use crate::asker::{Asker, Person};
use crate::author::Arrived;
use crate::error::ApiError;
use crate::routes::{Need, Route, need};
use crate::sign_in::{SESSION, Sent, sent};
use crate::state::HttpState;

pub(crate) async fn admit(
    state: Arc<HttpState>,
    rows: &'static [&'static Route],
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    let judged = match need(rows, http.method()) {
        // Public, or a method this path does not have: no credential is looked at.
        None | Some(Need::Public) => Ok(()),
        Some(Need::Caller) => identify(&state, &http).await.map(drop),
        Some(Need::Session) => identify(&state, &http).await.and_then(|asker| match asker {
            Asker::Person(_) => Ok(()),
            Asker::Token(_) => Err(ApiError::SessionRequired),
        }),
        Some(Need::Permission(permission)) => {
            identify(&state, &http).await.and_then(|asker| asker.require(permission).map_err(ApiError::Refused))
        }
    };
    match judged {
        Ok(()) => {
            let response = next.call(request).await?;
            // Somebody whose account or session ended meanwhile: no token was at fault.
            let person = matches!(http.extensions().get::<Asker>(), Some(Asker::Person(_)));
            let gone = person && response.status() == StatusCode::UNAUTHORIZED;
            Ok(if gone { ServiceResponse::from_err(ApiError::SessionRequired, http) } else { response })
        }
        Err(error) => Ok(ServiceResponse::from_err(error, http)),
    }
}

/// Admits the credential of a request and notes who it was. A field `Authorization` decides alone, whatever stands in
/// it: a session beside it neither helps nor harms.
async fn identify(state: &Arc<HttpState>, http: &HttpRequest) -> Result<Asker, ApiError> {
    let arrived = http.extensions().get::<Arrived>().copied().ok_or(ApiError::Internal("a request without frame"))?;
    let cookie =
        if http.headers().contains_key(header::AUTHORIZATION) { Sent::Nothing } else { sent(http.headers(), SESSION) };
    let admitted = match cookie {
        Sent::Nothing => token(state, http, arrived).await,
        Sent::One(text) => person(state, http, text).await.map(Asker::Person),
        Sent::Unclear => Err(ApiError::SessionRequired),
    };
    match &admitted {
        Ok(asker) => drop(http.extensions_mut().insert(asker.clone())),
        Err(ApiError::SessionRequired) => state.guard.count_other_credential(),
        Err(_) => {}
    }
    admitted
}

async fn token(state: &HttpState, http: &HttpRequest, arrived: Arrived) -> Result<Asker, ApiError> {
    let arrival = Arrival { now: arrived.now, peer: arrived.address };
    let admitted = token_guard::actix::admit(&state.guard, presented(http.headers()), arrival).await;
    admitted.map_err(|_| ApiError::Internal("the guard panicked"))?.map(Asker::Token).map_err(ApiError::Refused)
}

/// Whoever the session in a cookie belongs to; for changes, only if a page of ours asked for them.
async fn person(state: &Arc<HttpState>, http: &HttpRequest, cookie: &str) -> Result<Person, ApiError> {
    let site = &state.sign_in.site;
    if !site.is_named_by(http) {
        return Err(ApiError::Misdirected);
    }
    let person = session(state, cookie).await?.ok_or(ApiError::SessionRequired)?;
    if !matches!(*http.method(), Method::GET | Method::HEAD) {
        site.ensure_own_change(http.headers(), &person.secret).map_err(|foreign| site.refused(foreign))?;
    }
    Ok(person)
}

/// Whoever the session in a cookie belongs to, if it is one and goes on.
pub(crate) async fn session(state: &HttpState, cookie: &str) -> Result<Option<Person>, ApiError> {
    let Ok(secret) = cookie.parse::<Secret>() else { return Ok(None) };
    let (admin, digest) = (Arc::clone(&state.admin), secret.digest());
    let known = web::block(move || admin.session(&digest)).await;
    let known = known.map_err(|_| ApiError::Internal("a use case panicked"))?.map_err(ApiError::Admin)?;
    Ok(known.map(|signed_in| Person { signed_in: Arc::new(signed_in), secret }))
}
