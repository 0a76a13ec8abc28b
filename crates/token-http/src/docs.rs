//! Swagger UI, which shows the OpenAPI document and calls the operations of this server. All of it is part of the
//! binary: nothing is asked of another origin, and nothing but its own files may run.

use std::borrow::Cow;
#[cfg(feature = "swagger-ui")]
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::entity::{entity_tag, names};
use crate::error::ApiError;
use crate::query::NoQuery;

/// Its own scripts alone, and calls to this server alone. Swagger UI writes styles and small pictures into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("docs/page.html");
const START: &str = include_str!("docs/start.js");

/// `GET /api/docs`: the page, with and without a slash at the end.
pub(crate) async fn page(request: HttpRequest, NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    if cfg!(not(feature = "swagger-ui")) {
        return Err(ApiError::NotFound("page"));
    }
    Ok(answer(&request, "text/html; charset=utf-8", Cow::Borrowed(PAGE.as_bytes())))
}

/// `GET /api/docs/{file}`: one of the files the page names; 404 for any other name, and for all of
/// them in a build without the feature `swagger-ui`.
pub(crate) async fn file(request: HttpRequest, NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    match request.match_info().get("file").unwrap_or_default() {
        "start.js" => Ok(answer(&request, "text/javascript; charset=utf-8", Cow::Borrowed(START.as_bytes()))),
        "swagger-ui.css" => vendored(&request, "swagger-ui.css", "text/css; charset=utf-8"),
        "swagger-ui-bundle.js" => vendored(&request, "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        "favicon-32x32.png" => vendored(&request, "favicon-32x32.png", "image/png"),
        _ => Err(ApiError::NotFound("page")),
    }
}

#[cfg(feature = "swagger-ui")]
fn vendored(request: &HttpRequest, name: &str, media: &str) -> Result<HttpResponse, ApiError> {
    const LOST: ApiError = ApiError::Internal("a file of Swagger UI is missing from this build");
    let files = Arc::new(utoipa_swagger_ui::Config::from("/api/openapi.json"));
    let file = utoipa_swagger_ui::serve(name, files).map_err(|_| LOST)?.ok_or(LOST)?;
    Ok(answer(request, media, file.bytes))
}

#[cfg(not(feature = "swagger-ui"))]
fn vendored(_: &HttpRequest, _: &str, _: &str) -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound("page"))
}

fn answer(request: &HttpRequest, media: &str, bytes: Cow<'static, [u8]>) -> HttpResponse {
    let etag = entity_tag(&bytes);
    let known = request.headers().get_all(header::IF_NONE_MATCH).any(|field| names(field.as_bytes(), &etag));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if known { response.finish() } else { response.content_type(media).body(bytes.into_owned()) }
}
