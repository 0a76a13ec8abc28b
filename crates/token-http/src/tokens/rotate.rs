//! Makes a new text for a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{OldEnds, RotateToken};
use token_core::TokenId;
use token_wire::{OldEndsRequest, RotateRequest};

use super::issued;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::request_key::RequestKey;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens/{id}/rotate` `{expires_at, old_ends}`: 201, the token and its new text,
/// once; with `Idempotency-Key` the same again.
pub(crate) async fn rotate(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    RequestKey(key): RequestKey,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let command = submitted(RotateRequest::read(body), command)?;
    let (now, author) = (asking.now, asking.author());
    let issued =
        blocking(&state, move |state| state.admin.rotate_once(&author, id, &command, key.as_ref())).await?.value;
    Ok(issued::answer(issued, now))
}

fn command(request: RotateRequest) -> RotateToken {
    let old_ends = match request.old_ends {
        OldEndsRequest::Now => OldEnds::Now,
        OldEndsRequest::At(end) => OldEnds::At(end),
        OldEndsRequest::OnFirstUse(latest) => OldEnds::OnFirstUse { latest },
    };
    RotateToken { expires_at: request.expires_at, old_ends }
}
