//! The OpenAPI document. Each half of it comes from where it cannot be wrong:
//!
//! - from the table of routes: methods, paths, who may call;
//! - from the signatures of the handlers: what each of them reads, and the problems that reading can end with;
//! - from `openapi/described`: words, parameters, bodies and answers. A row is one [`Described`]; a route without one,
//!   or one without a route, fails a test, and so does a body or a query that the handler does not read.

mod described;
mod document;
mod extracted;
mod operation;
mod parameter;
mod problems;

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

pub(crate) use extracted::{Part, extracted};

use crate::entity::{entity_tag, names};
use crate::error::ApiError;
use crate::query::NoQuery;

/// The document and its entity tag; the same for as long as the process runs.
static SERVED: LazyLock<(String, String)> = LazyLock::new(|| {
    let text = openapi();
    let etag = entity_tag(text.as_bytes());
    (text, etag)
});

/// The OpenAPI 3.1 document of this server, as JSON that people can read.
#[must_use]
pub fn openapi() -> String {
    // Texts, numbers and maps of them always serialize.
    serde_json::to_string_pretty(&document::document()).unwrap_or_default()
}

/// `GET /api/openapi.json`: the document; 304 if the client has it.
pub(crate) async fn show(request: HttpRequest, NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    let (text, etag) = &*SERVED;
    let known = request.headers().get_all(header::IF_NONE_MATCH).any(|field| names(field.as_bytes(), etag));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag.as_str())).insert_header((header::CACHE_CONTROL, "no-cache"));
    Ok(if known { response.finish() } else { response.content_type("application/json").body(text.as_str()) })
}

#[cfg(test)]
mod tests;
