//! Admission: what a route needs is asked before its body is read or its handler runs.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use token_admin::Secret;
use token_guard::actix::{admit_cold, presented};
use token_guard::{Arrival, Caller, Presented, Refusal, Warm};

use crate::asker::{Asker, Person};
use crate::author::Arrived;
use crate::error::ApiError;
use crate::frame;
use crate::metrics::{self, Lookup, Outcome};
use crate::oauth::{ClientSecret, NoClient, client};
use crate::routes::{Accepts, Need, Route, accepts, need};
use crate::sign_in::{SESSION, Sent, sent};
use crate::state::{HttpState, blocking};

pub(crate) async fn admit(
    state: Arc<HttpState>,
    rows: &'static [&'static Route],
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    let started = begin();
    let judged = match need(rows, http.method()) {
        // Public, or a method this path does not have: no credential is looked at.
        None | Some(Need::Public) => return next.call(request).await,
        Some(Need::Caller) => identify(&state, &http, accepts(rows)).await.map(drop),
        Some(Need::Token) => bearer_alone(&state, &http).await,
        Some(Need::Session) => identify(&state, &http, accepts(rows)).await.and_then(|asker| match asker {
            Asker::Person(_) => Ok(()),
            Asker::Token(_) => Err(ApiError::SessionRequired),
        }),
        Some(Need::Permission(permission)) => {
            let asker = identify(&state, &http, accepts(rows)).await;
            asker.and_then(|asker| asker.require(permission).map_err(ApiError::Refused))
        }
    };
    if let Some(started) = started {
        state.metrics.admission_took(started.elapsed());
    }
    state.metrics.count(judged.as_ref().map_or_else(Outcome::of, |()| Outcome::Admitted));
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

/// When an admission begins, if it is one that is measured.
fn begin() -> Option<Instant> {
    #[expect(clippy::disallowed_methods, reason = "the duration of an admission for the metrics; decides nothing")]
    metrics::samples().then(Instant::now)
}

/// Admits the credential of a request and notes who it was. A field `Authorization` decides alone, whatever stands in
/// it: a session beside it neither helps nor harms.
async fn identify(state: &Arc<HttpState>, http: &HttpRequest, accepts: Accepts) -> Result<Asker, ApiError> {
    let arrived = http.extensions().get::<Arrived>().copied().ok_or(ApiError::Internal("a request without frame"))?;
    let cookie = match accepts {
        Accepts::TokenOrSession if !http.headers().contains_key(header::AUTHORIZATION) => sent(http.headers(), SESSION),
        Accepts::TokenOrSession | Accepts::Clients => Sent::Nothing,
    };
    let admitted = match cookie {
        Sent::Nothing => token(state, http, arrived, accepts).await,
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

/// Admits a token, whatever session stands beside it.
async fn bearer_alone(state: &HttpState, http: &HttpRequest) -> Result<(), ApiError> {
    let caller = bearer(state, http, frame::arrival(state, http)).await?;
    http.extensions_mut().insert(Asker::Token(caller));
    Ok(())
}

async fn token(state: &HttpState, http: &HttpRequest, arrived: Arrived, accepts: Accepts) -> Result<Asker, ApiError> {
    let arrival = Arrival { now: arrived.now, peer: arrived.address };
    let caller = match (accepts, presented(http.headers())) {
        (Accepts::Clients, other @ Presented::OtherScheme) => match client(http.headers()) {
            Some(client) => secret(state, client, arrival).await,
            None => admitted(state, other, arrival).await,
        },
        (Accepts::Clients | Accepts::TokenOrSession, presented) => admitted(state, presented, arrival).await,
    };
    caller.map(Asker::Token)
}

/// Admits the token that an OAuth client presents as its secret, if the client is named as the token is.
async fn secret(
    state: &HttpState,
    client: Result<ClientSecret, NoClient>,
    arrival: Arrival,
) -> Result<Caller, ApiError> {
    let presented = client.as_ref().map_or(Presented::Malformed, |client| Presented::Bearer(&client.text));
    let caller = admitted(state, presented, arrival).await?;
    if client.as_ref().is_ok_and(|client| client.id != caller.id().to_string()) {
        state.guard.count_other_credential();
        return Err(ApiError::Refused(Refusal::Invalid));
    }
    Ok(caller)
}

/// Admits the token that a request presents.
pub(crate) async fn bearer(state: &HttpState, http: &HttpRequest, arrival: Arrival) -> Result<Caller, ApiError> {
    admitted(state, presented(http.headers()), arrival).await
}

async fn admitted(state: &HttpState, presented: Presented<'_>, arrival: Arrival) -> Result<Caller, ApiError> {
    let admitted = match state.guard.admit_warm(&presented, arrival) {
        Warm::Decided(admitted) => {
            if matches!(presented, Presented::Bearer(_)) {
                state.metrics.looked_up(Lookup::Hit);
            }
            admitted
        }
        Warm::Cold(text) => {
            state.metrics.looked_up(Lookup::Miss);
            let admitted = admit_cold(&state.guard, text.to_owned(), arrival).await;
            admitted.map_err(|_| ApiError::Internal("the guard panicked"))?
        }
    };
    admitted.map_err(ApiError::Refused)
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
pub(crate) async fn session(state: &Arc<HttpState>, cookie: &str) -> Result<Option<Person>, ApiError> {
    let Ok(secret) = cookie.parse::<Secret>() else { return Ok(None) };
    let digest = secret.digest();
    let known = blocking(state, move |state| state.admin.session(&digest)).await?;
    Ok(known.map(|signed_in| Person { signed_in: Arc::new(signed_in), secret }))
}
