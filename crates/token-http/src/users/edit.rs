//! Saves fields of a person.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::EditUser;
use token_core::UserId;
use token_wire::{EditUserRequest, UserView};

use super::create::secret;
use super::show::with_use;
use crate::answer::versioned;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::if_match::IfMatch;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `PATCH /api/v1/users/{id}` with `If-Match`: the person, and how many tokens they made; whoever is disabled or gets
/// another password has no session any more.
pub(crate) async fn edit(
    asking: Asking,
    PathId(id): PathId<UserId>,
    NoQuery: NoQuery,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let edit = submitted_with(EditUserRequest::read(body), command, command)?;
    let author = asking.author();
    let saved = blocking(&state, move |state| {
        let saved = state.admin.edit_user(&author, id, expected, &edit)?.value;
        Ok((UserView::from(&saved), state.admin.user(id)?))
    });
    let (saved, details) = saved.await?;
    Ok(versioned(saved.version, &with_use(saved, &details)))
}

/// An edit as the use case takes it; also what of a refused body was good.
pub(super) fn command(request: EditUserRequest) -> EditUser {
    let EditUserRequest { username, display_name, roles, enabled, password } = request;
    EditUser { username, display_name, roles, enabled, password: password.and_then(secret) }
}
