//! Answers: JSON, with the version where there is one.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::if_match::etag;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Room for most views.
const ROOM: usize = 1_024;

/// A view.
pub(crate) fn json(view: &impl Serialize) -> HttpResponse {
    let mut body = Vec::with_capacity(ROOM);
    match serde_json::to_writer(&mut body, view) {
        Ok(()) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, JSON)).body(body),
        Err(error) => HttpResponse::from_error(error),
    }
}

/// A view of something with a version.
pub(crate) fn versioned(version: u64, view: &impl Serialize) -> HttpResponse {
    tagged(StatusCode::OK, version).json(view)
}

/// A view of something that was just made, and where it is.
pub(crate) fn created(location: String, version: u64, view: &impl Serialize) -> HttpResponse {
    tagged(StatusCode::CREATED, version).insert_header((header::LOCATION, location)).json(view)
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
