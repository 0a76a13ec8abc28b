//! Answers of pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

/// Nothing but files of this server, no script or style in the page itself, and no frame around it.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
);

/// Other sites learn nothing. Forms of our own pages say where they come from, which they must: under `no-referrer`
/// browsers send `Origin: null` (Fetch §3.2).
pub(super) const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");

/// A page.
#[must_use]
pub fn html(page: String) -> HttpResponse {
    html_with(StatusCode::OK, page)
}

/// A page with another status: a form that was refused, for one.
#[must_use]
pub fn html_with(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page)
}

/// After a form: look there (303, RFC 9110 §15.4.4), so that reloading sends nothing again.
#[must_use]
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
