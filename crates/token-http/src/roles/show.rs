//! One role.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::RoleDetails;
use token_core::RoleId;
use token_wire::RoleWithUseView;

use crate::answer::versioned;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/roles/{id}`: the role, its version, and who holds it: tokens by number, people by id, too.
pub(crate) async fn show(
    _: Asking,
    PathId(id): PathId<RoleId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let RoleDetails { role, used, users } = blocking(&state, move |state| state.admin.role_details(id)).await?;
    Ok(versioned(role.version, &RoleWithUseView::new(&role, &used, users.as_deref())))
}
