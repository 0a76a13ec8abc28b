//! Entity tags of bytes that are the same for everybody (RFC 9110 §8.8.3).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// JSON that is the same for everybody; 304 if the client has it.
pub(crate) fn cached_json(request: &HttpRequest, body: Vec<u8>, cache: &str) -> HttpResponse {
    let etag = entity_tag(&body);
    let known = request.headers().get_all(header::IF_NONE_MATCH).any(|field| names(field.as_bytes(), &etag));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, cache));
    if known { response.finish() } else { response.content_type("application/json").body(body) }
}

/// The strong entity tag of these bytes.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&SHA256, body)))
}

/// Whether a list of entity tags has this one, or any (RFC 9110 §13.1.2: compared weakly).
pub(crate) fn names(field: &[u8], etag: &str) -> bool {
    let tags = field.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    tags.map(|tag| tag.strip_prefix(b"W/").unwrap_or(tag)).any(|tag| tag == b"*" || tag == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_follow_the_bytes() {
        let etag = entity_tag(b"{}");
        assert_ne!(etag, entity_tag(b"[]"));
        assert!(names(etag.as_bytes(), &etag) && names(format!("\"x\", W/{etag}").as_bytes(), &etag));
        assert!(names(b"*", &etag) && !names(b"\"x\"", &etag) && !names(b"", &etag));
    }
}
