//! A guard elsewhere has admitted a text for the first time.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::AdminError;
use token_wire::{GuardFirstUseRequest, GuardFirstUseView};

use crate::answer::json;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/guard/first-use` `{token, jti}`: 200 when older texts that wait for it have ended on every node; also the
/// second time, and for a token that is not there any more.
pub(crate) async fn first_use(
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let GuardFirstUseRequest { token, used } = GuardFirstUseRequest::read(body)?;
    let told = move |state: &HttpState| state.remote.tell_first_use(token, used).map_err(AdminError::Store);
    let seq = blocking(&state, told).await?;
    Ok(json(&GuardFirstUseView { seq: seq.get() }))
}
