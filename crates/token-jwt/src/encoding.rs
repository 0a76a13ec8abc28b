//! How header and claims are written: one spelling, without blanks, in a fixed order.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_core::{Algorithm, Credential, Encoding, Identity, KeyId, TokenId};

/// Header and payload of a JWT, ready to be signed: `base64url(header).base64url(payload)`.
#[derive(Clone, Eq, PartialEq)]
pub struct SigningInput {
    text: String,
}

impl SigningInput {
    /// Writes what is signed for a stored credential; always the same bytes for the same credential.
    ///
    /// Header: `alg`, `kid`, `typ` = `api-token+jwt` (RFC 8725 §3.11). Claims: `iss`, `aud`, `sub`, `jti`, `iat`, and
    /// `exp` if there is an end (RFC 7519 §4.1).
    #[must_use]
    pub fn new(identity: &Identity, token: TokenId, credential: &Credential, algorithm: Algorithm) -> Self {
        match credential.encoding {
            Encoding::V1 => {
                let payload = URL_SAFE_NO_PAD.encode(payload(identity, token, credential));
                Self { text: format!("{}.{payload}", header(&credential.key, algorithm)) }
            }
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl core::fmt::Debug for SigningInput {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SigningInput(redacted)")
    }
}

/// The header segment of every JWT signed with a key.
pub(crate) fn header(key: &KeyId, algorithm: Algorithm) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}","kid":"{key}","typ":"api-token+jwt"}}"#))
}

/// The beginning of every payload of an installation, up to the value of `sub`.
pub(crate) fn payload_prefix(identity: &Identity) -> String {
    format!(r#"{{"iss":"{}","aud":"{}","sub":""#, identity.issuer, identity.audience)
}

fn payload(identity: &Identity, token: TokenId, credential: &Credential) -> String {
    let (prefix, jti, iat) = (payload_prefix(identity), credential.id, credential.issued_at);
    let end = credential.expires_at.map(|end| format!(r#","exp":{end}"#)).unwrap_or_default();
    format!(r#"{prefix}{token}","jti":"{jti}","iat":{iat}{end}}}"#)
}
