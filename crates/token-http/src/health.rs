//! Whether the process runs, and whether it can serve.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use token_wire::HealthView;

use crate::answer::json;
use crate::error::ApiError;
use crate::state::HttpState;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> HttpResponse {
    json(&HealthView::ok())
}

/// `GET /readyz`: 200 or 503, and what is missing, part by part.
pub(crate) async fn readyz(state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let found = web::block(move || state.readiness.check()).await;
    let found = found.map_err(|_| ApiError::Internal("the check of readiness panicked"))?;
    Ok(if found.ready { json(&found) } else { HttpResponse::ServiceUnavailable().json(&found) })
}
