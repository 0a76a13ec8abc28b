//! Makes a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::NewToken;
use token_wire::{CreatedView, NewTokenRequest, TokenView};

use crate::answer::created;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens`: 201, the token and its text, once.
pub(crate) async fn create(
    asking: Asking,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let new = submitted_with(NewTokenRequest::read(body), command, super::edit::command)?;
    let (now, author) = (asking.now, asking.author());
    let made = blocking(&state, move |state| state.admin.create_submitted(&author, &new)).await?.value;
    let object = TokenView::new(&made.record, now);
    let location = format!("/api/v1/tokens/{}", made.record.id());
    let view = CreatedView { object, token: made.text.expose().to_owned() };
    Ok(created(location, made.record.version, &view))
}

fn command(request: NewTokenRequest) -> NewToken {
    let NewTokenRequest { name, description, roles, expires_at, allowed_networks } = request;
    NewToken { name, description, roles, expires_at, allowed_networks }
}
