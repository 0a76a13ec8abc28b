//! Answers: JSON, with the version where there is one.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::error::ApiError;
use crate::if_match::etag;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Room for most views.
const ROOM: usize = 1_024;

/// A view.
pub(crate) fn json(view: &impl Serialize) -> HttpResponse {
    with(HttpResponse::Ok(), view)
}

/// A view of something with a version.
pub(crate) fn versioned(version: u64, view: &impl Serialize) -> HttpResponse {
    with(tagged(StatusCode::OK, version), view)
}

/// A view of something that was just made, and where it is.
pub(crate) fn created(location: String, version: u64, view: &impl Serialize) -> HttpResponse {
    let mut response = tagged(StatusCode::CREATED, version);
    response.insert_header((header::LOCATION, location));
    with(response, view)
}

fn with(mut response: HttpResponseBuilder, view: &impl Serialize) -> HttpResponse {
    let mut body = Vec::with_capacity(ROOM);
    match serde_json::to_writer(&mut body, view) {
        Ok(()) => response.insert_header((header::CONTENT_TYPE, JSON)).body(body),
        Err(_) => HttpResponse::from_error(ApiError::Internal("an answer did not serialize")),
    }
}

/// It is gone.
pub(crate) fn gone() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

fn tagged(status: StatusCode, version: u64) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, etag(version)));
    response
}
