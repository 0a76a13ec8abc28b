//! Makes a role.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::NewRole;
use token_wire::{NewRoleRequest, RoleView};

use crate::answer::created;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/roles`: 201 and the role; 409 for a name in use.
pub(crate) async fn create(
    asking: Asking,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let new = submitted(NewRoleRequest::read(body), |request| {
        let NewRoleRequest { name, description, rules, users } = request;
        NewRole { name, description, rules, users }
    })?;
    let role = blocking(&state, move |state| state.admin.create_role(&asking.author(), &new)).await?.value;
    Ok(created(format!("/api/v1/roles/{}", role.id), role.version, &RoleView::from(&role)))
}
