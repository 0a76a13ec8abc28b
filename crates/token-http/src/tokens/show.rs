//! One token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::TokenId;
use token_wire::TokenView;

use crate::answer::versioned;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/tokens/{id}`: the token and its version; 404 unknown or deleted.
pub(crate) async fn show(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let token = blocking(&state, move |state| state.admin.token(id)).await?;
    Ok(versioned(token.version, &TokenView::new(&token, asking.now)))
}
