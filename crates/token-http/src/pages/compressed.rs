//! Pages as gzip, for browsers that take it. No site but ours can make a browser ask for one in somebody's session
//! (`SameSite=Strict`), so its length tells nobody anything.

use std::io::Write as _;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Shorter pages fit one packet anyway.
const WORTH_IT: usize = 1_024;

/// The same answer, compressed if it is a page, whole, and the client takes gzip.
pub(super) fn compressed(response: HttpResponse, asked: &HeaderMap) -> HttpResponse {
    let html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !html || !takes_gzip(asked) || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut response, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => return response.set_body(body),
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if bytes.len() < WORTH_IT {
        return response.set_body(BoxBody::new(bytes));
    }
    match packed(&bytes, Compression::fast()) {
        Some(packed) => {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response.set_body(BoxBody::new(packed))
        }
        None => response.set_body(BoxBody::new(bytes)),
    }
}

fn packed(bytes: &[u8], how: Compression) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), how);
    // Writing to memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}

/// Bytes as gzip, as small as they get: for what is packed once and sent often. Nothing, if that failed.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, Compression::best()).unwrap_or_default()
}

/// Whether a client takes gzip: it is named without being refused (RFC 9110 §12.5.3).
#[must_use]
pub fn takes_gzip(asked: &HeaderMap) -> bool {
    let fields = asked.get_all(header::ACCEPT_ENCODING).filter_map(|field| field.to_str().ok());
    let mut codings = fields.flat_map(|field| field.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        named && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| 0.0 < weight))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use flate2::read::GzDecoder;

    use super::*;

    fn asked(encodings: &str) -> HeaderMap {
        TestRequest::default().insert_header((header::ACCEPT_ENCODING, encodings)).to_http_request().headers().clone()
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (field, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("*", false),
            ("", false),
            ("xgzip", false),
        ] {
            assert_eq!(takes_gzip(&asked(field)), expected, "{field}");
        }
    }

    #[actix_web::test]
    async fn a_packed_page_is_the_page() {
        let page = "<p>again and again</p>".repeat(500);
        let answer = |asked: HeaderMap| compressed(super::super::html(page.clone()), &asked);
        let packed = answer(asked("gzip"));
        assert_eq!(packed.headers().get(header::CONTENT_ENCODING).unwrap(), "gzip");
        let bytes = to_bytes(packed.into_body()).await.unwrap();
        assert!(bytes.len() * 10 < page.len());
        let mut read = String::new();
        GzDecoder::new(bytes.as_ref()).read_to_string(&mut read).unwrap();
        assert_eq!(read, page);
        let plain = answer(asked("identity"));
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        assert_eq!(to_bytes(plain.into_body()).await.unwrap(), page);
    }
}
