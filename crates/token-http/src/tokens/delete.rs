//! Ends a token and takes it off the list.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::TokenId;

use crate::answer::gone;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `DELETE /api/v1/tokens/{id}`: 204; 404 unknown, also the second time.
pub(crate) async fn delete(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    blocking(&state, move |state| state.admin.delete_token(&asking.author(), id)).await?;
    Ok(gone())
}
