//! One person.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::UserDetails;
use token_core::UserId;
use token_wire::{UserView, UserWithUseView};

use crate::answer::versioned;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/users/{id}`: the person, their version, and how many tokens they made.
pub(crate) async fn show(
    _: Asking,
    PathId(id): PathId<UserId>,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let details = blocking(&state, move |state| state.admin.user(id)).await?;
    let view = UserView::from(&details.record);
    Ok(versioned(view.version, &with_use(view, &details)))
}

/// A person with what is counted around them.
pub(super) fn with_use(user: UserView, details: &UserDetails) -> UserWithUseView {
    UserWithUseView { user, tokens_created: details.tokens_made, sessions: details.sessions }
}
