//! Roles, public keys and origin in one snapshot.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::AdminError;
use token_wire::GuardRulesAnswer;

use super::lease_ms;
use crate::answer::json;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/guard/rules`: 200, what a guard begins with.
pub(crate) async fn rules(NoQuery: NoQuery, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let rules = blocking(&state, |state| state.remote.rules().map_err(AdminError::Store)).await?;
    Ok(json(&GuardRulesAnswer::new(lease_ms(&state), &rules)))
}
