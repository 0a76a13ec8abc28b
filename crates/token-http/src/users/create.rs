//! Makes an account.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{NewUser, Password};
use token_wire::{NewUserRequest, PasswordText, UserView};

use crate::answer::created;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/users`: 201 and the person; 409 for a name in use.
pub(crate) async fn create(
    asking: Asking,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let new = submitted_with(NewUserRequest::read(body), command, super::edit::command)?;
    let made = blocking(&state, move |state| state.admin.create_user(&asking.author(), &new)).await?.value;
    Ok(created(format!("/api/v1/users/{}", made.id()), made.version, &UserView::from(&made)))
}

fn command(request: NewUserRequest) -> NewUser {
    let NewUserRequest { username, display_name, roles, enabled, password } = request;
    NewUser { username, display_name, roles, enabled, password: password.and_then(secret) }
}

/// A password of a body has the bounds of a password.
pub(super) fn secret(text: PasswordText) -> Option<Password> {
    Password::new(text.into_text()).ok()
}
