//! Tells who is signed in.

use actix_web::HttpResponse;

use super::view;
use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;

/// `GET /api/v1/session`: the person, the token that changes must send along, and when the session ends.
pub(crate) async fn show(asking: Asking, NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    let person = asking.person()?;
    Ok(json(&view(&person.signed_in, &person.secret)))
}
