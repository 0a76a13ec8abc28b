//! Saves fields of a role.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::EditRole;
use token_core::RoleId;
use token_wire::{EditRoleRequest, RoleView};

use crate::answer::versioned;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::if_match::IfMatch;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `PATCH /api/v1/roles/{id}` with `If-Match`: the role; in force with the next call of its holders.
pub(crate) async fn edit(
    asking: Asking,
    PathId(id): PathId<RoleId>,
    NoQuery: NoQuery,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let edit = submitted(EditRoleRequest::read(body), |request| {
        let EditRoleRequest { name, description, rules, users } = request;
        EditRole { name, description, rules, users }
    })?;
    let author = asking.author();
    let role = blocking(&state, move |state| state.admin.edit_role(&author, id, expected, &edit)).await?.value;
    Ok(versioned(role.version, &RoleView::from(&role)))
}
