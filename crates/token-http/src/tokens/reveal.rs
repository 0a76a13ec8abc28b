//! Shows the text of a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::TokenId;
use token_wire::{RevealRequest, RevealedView};

use crate::answer::json;
use crate::author::Asking;
use crate::body::OptionalJsonBody;
use crate::error::{ApiError, submitted};
use crate::path_id::PathId;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens/{id}/reveal` `{jti?}`: the text, the newest by default; 409 for a revoked token.
pub(crate) async fn reveal(
    asking: Asking,
    PathId(id): PathId<TokenId>,
    NoQuery: NoQuery,
    OptionalJsonBody(body): OptionalJsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let jti = submitted(RevealRequest::read(body), |request| request.jti)?;
    let author = asking.author();
    let revealed = blocking(&state, move |state| state.admin.reveal_submitted(&author, id, &jti)).await?.value;
    let (jti, token) = (revealed.credential.to_string(), revealed.text.expose().to_owned());
    Ok(json(&RevealedView { jti, token }))
}
