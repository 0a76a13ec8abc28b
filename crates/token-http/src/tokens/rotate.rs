//! Makes a new text for a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{OldEnds, RotateToken};
use token_core::TokenId;
use token_wire::{CreatedView, OldEndsRequest, RotateRequest, TokenView};

use crate::answer::created;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens/{id}/rotate` `{expires_at, old_ends}`: 201, the token and its new text, once.
pub(crate) async fn rotate(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let command = submitted(RotateRequest::read(body), command)?;
    let (now, author) = (asking.now, asking.author());
    let made = blocking(&state, move |state| state.admin.rotate_token(&author, id, &command)).await?.value;
    let view = CreatedView { object: TokenView::new(&made.record, now), token: made.text.expose().to_owned() };
    Ok(created(format!("/api/v1/tokens/{id}"), made.record.version, &view))
}

fn command(request: RotateRequest) -> RotateToken {
    let old_ends = match request.old_ends {
        OldEndsRequest::Now => OldEnds::Now,
        OldEndsRequest::At(end) => OldEnds::At(end),
        OldEndsRequest::OnFirstUse(latest) => OldEnds::OnFirstUse { latest },
    };
    RotateToken { expires_at: request.expires_at, old_ends }
}
