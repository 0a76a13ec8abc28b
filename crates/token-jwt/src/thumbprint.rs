//! The name of a key: its JWK thumbprint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use token_core::{Algorithm, KeyId};

use crate::jwks::Members;

/// RFC 7638 §3: SHA-256 over the required members in lexicographic order, base64url.
pub(crate) fn thumbprint(algorithm: Algorithm, public: &[u8]) -> Option<KeyId> {
    let json = match Members::of(algorithm, public)? {
        Members::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        Members::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
        Members::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
    };
    URL_SAFE_NO_PAD.encode(digest(&SHA256, json.as_bytes())).parse().ok()
}
