//! Removes an account.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::UserId;

use crate::answer::gone;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `DELETE /api/v1/users/{id}`: 204; 409 for the last person with `admin`. The tokens they made stay.
pub(crate) async fn delete(
    asking: Asking,
    PathId(id): PathId<UserId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    blocking(&state, move |state| state.admin.delete_user(&asking.author(), id)).await?;
    Ok(gone())
}
