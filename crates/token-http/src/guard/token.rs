//! One token as guards need it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::AdminError;
use token_core::TokenId;
use token_wire::GuardTokenAnswer;

use crate::answer::json;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/guard/tokens/{id}`: 200 also for a token that is unknown or deleted, so that no other 404 is taken for
/// that.
pub(crate) async fn token(
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let read = blocking(&state, move |state| state.remote.token(id).map_err(AdminError::Store)).await?;
    Ok(json(&GuardTokenAnswer::new(id, &read)))
}
