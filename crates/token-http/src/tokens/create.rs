//! Makes a token.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::NewToken;
use token_wire::NewTokenRequest;

use super::issued;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::query::NoQuery;
use crate::request_key::RequestKey;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens`: 201, the token and its text, once; with `Idempotency-Key` the same again.
pub(crate) async fn create(
    asking: Asking,
    NoQuery: NoQuery,
    RequestKey(key): RequestKey,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let new = submitted_with(NewTokenRequest::read(body), command, super::edit::command)?;
    let (now, author) = (asking.now, asking.author());
    let issued = blocking(&state, move |state| state.admin.create_once(&author, &new, key.as_ref())).await?.value;
    Ok(issued::answer(issued, now))
}

fn command(request: NewTokenRequest) -> NewToken {
    let NewTokenRequest { name, description, roles, expires_at, allowed_networks } = request;
    NewToken { name, description, roles, expires_at, allowed_networks }
}
