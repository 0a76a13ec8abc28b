//! Whether the process runs, and whether it can serve.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use token_wire::{HealthView, ReadinessView};
use tokio::time::timeout;

use crate::answer::json;
use crate::error::ApiError;
use crate::state::HttpState;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> HttpResponse {
    json(&HealthView::ok())
}

/// How long the check may take, before whatever it asks counts as away.
const SILENCE: Duration = Duration::from_secs(3);

/// `GET /readyz`: 200 or 503, and what is missing, part by part.
pub(crate) async fn readyz(state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let found = if let Ok(found) = timeout(SILENCE, web::block(move || state.readiness.check())).await {
        found.map_err(|_| ApiError::Internal("the check of readiness panicked"))?
    } else {
        let silent = [("database".to_owned(), "away".to_owned())];
        ReadinessView { ready: false, parts: BTreeMap::from(silent) }
    };
    Ok(if found.ready { json(&found) } else { HttpResponse::ServiceUnavailable().json(&found) })
}
