//! How often and from where a token was used.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::TokenId;
use token_wire::UsageView;

use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/tokens/{id}/usage`: calls by day and outcome, the last use, and where from; 404 unknown or deleted.
pub(crate) async fn usage(
    _: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let usage = blocking(&state, move |state| state.admin.usage(id)).await?;
    Ok(json(&UsageView::new(usage.from, &usage.stored)))
}
