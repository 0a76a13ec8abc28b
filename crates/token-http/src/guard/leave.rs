//! A guard elsewhere ends.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::AdminError;
use token_wire::GuardLeaveRequest;

use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/guard/leave` `{node}`: 204, also the second time; nobody waits for it any more.
pub(crate) async fn leave(
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let GuardLeaveRequest { node } = GuardLeaveRequest::read(body)?;
    blocking(&state, move |state| state.remote.leave(node).map_err(AdminError::Store)).await?;
    Ok(HttpResponse::NoContent().finish())
}
