//! Admission: what a route needs is asked before its body is read or its handler runs.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use token_guard::Arrival;
use token_guard::actix::presented;

use crate::asker::Asker;
use crate::author::Arrived;
use crate::error::ApiError;
use crate::routes::{Need, Route, need};
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
        Some(Need::Caller) => identify(&state, &http).await.map(|_| ()),
        Some(Need::Session) => identify(&state, &http).await.and_then(|Asker::Token(_)| Err(ApiError::SessionRequired)),
        Some(Need::Permission(permission)) => {
            identify(&state, &http).await.and_then(|asker| asker.require(permission).map_err(ApiError::Refused))
        }
    };
    match judged {
        Ok(()) => next.call(request).await,
        Err(error) => Ok(ServiceResponse::from_err(error, http)),
    }
}

/// Admits the credential of a request and notes who it was.
async fn identify(state: &HttpState, http: &HttpRequest) -> Result<Asker, ApiError> {
    let arrived = http.extensions().get::<Arrived>().copied().ok_or(ApiError::Internal("a request without frame"))?;
    let arrival = Arrival { now: arrived.now, peer: arrived.address };
    let (guard, presented) = (Arc::clone(&state.guard), presented(http.headers()));
    let admitted = web::block(move || guard.admit(&presented, arrival)).await;
    let caller = admitted.map_err(|_| ApiError::Internal("the guard panicked"))?.map_err(ApiError::Refused)?;
    let asker = Asker::Token(caller);
    http.extensions_mut().insert(asker.clone());
    Ok(asker)
}
