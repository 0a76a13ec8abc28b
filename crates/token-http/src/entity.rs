//! Entity tags of bytes that are the same for everybody (RFC 9110 §8.8.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

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
