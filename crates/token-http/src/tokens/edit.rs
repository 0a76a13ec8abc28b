//! Saves fields of a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::EditToken;
use token_core::TokenId;
use token_wire::{EditTokenRequest, TokenView};

use crate::answer::versioned;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::if_match::IfMatch;
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `PATCH /api/v1/tokens/{id}` with `If-Match`: the token; 412 on another version, 428 without one.
pub(crate) async fn edit(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let edit = submitted_with(EditTokenRequest::read(body), command, command)?;
    let (now, author) = (asking.now, asking.author());
    let saved = blocking(&state, move |state| state.admin.edit_token(&author, id, expected, &edit)).await?.value;
    Ok(versioned(saved.version, &TokenView::new(&saved, now)))
}

/// An edit as the use case takes it; also what of a refused body was good.
pub(super) fn command(request: EditTokenRequest) -> EditToken {
    let EditTokenRequest { name, description, roles, expires_at, allowed_networks, revoked, reason } = request;
    EditToken { name, description, roles, expires_at, allowed_networks, revoked, reason }
}
