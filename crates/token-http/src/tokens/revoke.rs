//! Ends a token for good.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::TokenId;
use token_wire::{RevokeRequest, TokenView};

use crate::answer::versioned;
use crate::author::Asking;
use crate::body::OptionalJsonBody;
use crate::error::{ApiError, submitted};
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens/{id}/revoke` `{reason?}`: 200 and the token, also the second time; 404 unknown.
pub(crate) async fn revoke(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    OptionalJsonBody(body): OptionalJsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let reason = submitted(RevokeRequest::read(body), |request| request.reason)?;
    let (now, author) = (asking.now, asking.author());
    let token = blocking(&state, move |state| state.admin.revoke_submitted(&author, id, &reason)).await?.value;
    Ok(versioned(token.version, &TokenView::new(&token, now)))
}
