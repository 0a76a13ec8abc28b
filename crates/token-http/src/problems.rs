//! The pages that the `type` of a problem names: what happened, why, and how to mend it.

mod explained;
mod page;

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use token_wire::ProblemKind;

use crate::error::ApiError;
use crate::query::NoQuery;

/// Nothing runs and nothing is loaded on these pages; their one style sheet is known by its digest.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(digest(&SHA256, page::STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// `GET /problems`: all kinds of problem there are.
pub(crate) async fn list(NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    html(page::list())
}

/// `GET /problems/{name}`: one of them; 404 for a name that is none.
pub(crate) async fn show(request: HttpRequest, NoQuery: NoQuery) -> Result<HttpResponse, ApiError> {
    let name = request.match_info().get("name").unwrap_or_default();
    let kind = ProblemKind::ALL.iter().find(|kind| kind.name() == name).ok_or(ApiError::NotFound("kind of problem"))?;
    html(page::show(*kind))
}

fn html(page: String) -> Result<HttpResponse, ApiError> {
    let policy = HeaderValue::from_str(&POLICY).map_err(|_| ApiError::Internal("a policy is no field"))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(page))
}
