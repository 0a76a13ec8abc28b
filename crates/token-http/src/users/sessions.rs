//! Signs a person out everywhere.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::UserId;

use crate::answer::gone;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `DELETE /api/v1/users/{id}/sessions`: 204, also where there are none.
pub(crate) async fn end(
    asking: Asking,
    PathId(id): PathId<UserId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    blocking(&state, move |state| state.admin.end_sessions_of(&asking.author(), id)).await?;
    Ok(gone())
}

/// `DELETE /api/v1/sessions`: 204; everybody is signed out, for askers with the role `admin`.
pub(crate) async fn end_all(
    asking: Asking,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    blocking(&state, move |state| state.admin.end_all_sessions(&asking.author())).await?;
    Ok(gone())
}
