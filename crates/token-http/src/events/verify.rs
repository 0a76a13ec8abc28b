//! Checks the whole changelog.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_wire::VerdictView;

use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/events/verify`: whether every event is what was written; 200 whatever is found.
pub(crate) async fn verify(_: Asking, NoQuery: NoQuery, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let found = blocking(&state, |state| Ok(state.admin.store().verify_log()?)).await?;
    Ok(json(&VerdictView::from(&found)))
}
