//! Signs out.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::sign_in::no_session;
use crate::state::{HttpState, blocking};

/// `DELETE /api/v1/session`: 204; the session has ended on every node, and the browser drops its cookie.
pub(crate) async fn sign_out(
    asking: Asking,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let (digest, author) = (asking.person()?.secret.digest(), asking.author());
    blocking(&state, move |state| state.admin.end_session(&author, &digest)).await?;
    let mut response = HttpResponse::NoContent();
    if let Some(cookie) = no_session() {
        response.append_header((header::SET_COOKIE, cookie));
    }
    Ok(response.finish())
}
