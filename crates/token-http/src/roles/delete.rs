//! Removes a role.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::InUse;
use token_core::RoleId;

use crate::answer::gone;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `DELETE /api/v1/roles/{id}?force`: 204; 409 for a role in use unless forced, and for built-in ones.
pub(crate) async fn delete(
    asking: Asking,
    PathId(id): PathId<RoleId>,
    mut query: Query,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let in_use = query.parsed("force", "expected `true` or `false`, or no value for `true`", |text| match text {
        "" | "true" => Some(InUse::Force),
        "false" => Some(InUse::Refuse),
        _ => None,
    });
    let in_use = query.finish(in_use)?.unwrap_or(InUse::Refuse);
    blocking(&state, move |state| state.admin.delete_role(&asking.author(), id, in_use)).await?;
    Ok(gone())
}
