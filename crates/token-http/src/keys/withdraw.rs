//! Ends a signing key for good.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_wire::{WithdrawKeyRequest, WithdrawnKeyView};

use super::view;
use crate::answer::json;
use crate::author::Asking;
use crate::body::OptionalJsonBody;
use crate::error::ApiError;
use crate::path_id::PathKid;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/keys/{kid}/withdraw`: 200 and how many live texts it signed, also the second time; 404 unknown.
pub(crate) async fn withdraw(
    asking: Asking,
    PathKid(kid): PathKid,
    NoQuery: NoQuery,
    OptionalJsonBody(body): OptionalJsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let WithdrawKeyRequest = WithdrawKeyRequest::read(body)?;
    let author = asking.author();
    let done = blocking(&state, move |state| state.admin.withdraw_key(&author, &kid)).await?.value;
    Ok(json(&WithdrawnKeyView {
        key: view(&state, &done.key),
        live_texts: done.live_texts,
        signing: done.signing.map(|key| key.id.to_string()),
    }))
}
