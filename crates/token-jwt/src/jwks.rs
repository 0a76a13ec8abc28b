//! Public keys as others read them: a JWK set (RFC 7517, RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use token_core::{Algorithm, PublicKey};

use crate::pem::{read_element, read_integer};

/// The keys that verify, public members only.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Jwks {
    /// One JWK per key.
    pub keys: Vec<Jwk>,
}

/// One public key (RFC 7517 §4).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Jwk {
    /// The name JWTs say in their header.
    pub kid: String,
    /// The one algorithm it is for.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// Family and coordinates.
    #[serde(flatten)]
    pub members: Members,
}

/// What makes the key, base64url.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "kty")]
pub enum Members {
    /// Ed25519 (RFC 8037 §2).
    #[serde(rename = "OKP")]
    Okp {
        /// Always `Ed25519`.
        crv: &'static str,
        /// The point.
        x: String,
    },
    /// P-256 (RFC 7518 §6.2).
    #[serde(rename = "EC")]
    Ec {
        /// Always `P-256`.
        crv: &'static str,
        /// One coordinate.
        x: String,
        /// The other.
        y: String,
    },
    /// RSA (RFC 7518 §6.3).
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
}

impl Members {
    pub(crate) fn of(algorithm: Algorithm, public: &[u8]) -> Option<Self> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match algorithm {
            Algorithm::EdDsa => Some(Self::Okp { crv: "Ed25519", x: encode(public) }),
            Algorithm::Es256 => {
                let point = public.strip_prefix(&[4])?;
                let (x, y) = point.split_at_checked(32)?;
                Some(Self::Ec { crv: "P-256", x: encode(x), y: encode(y) })
            }
            Algorithm::Rs256 => {
                let (sequence, _) = read_element(public, 0x30)?;
                let (n, rest) = read_integer(sequence)?;
                let (e, _) = read_integer(rest)?;
                Some(Self::Rsa { n: encode(n), e: encode(e) })
            }
        }
    }
}

impl Jwks {
    /// The set of these keys; withdrawn ones are left out.
    #[must_use]
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> Self {
        let jwk = |key: &PublicKey| {
            let members = Members::of(key.algorithm, &key.public)?;
            Some(Jwk { kid: key.id.to_string(), alg: key.algorithm.as_str(), purpose: "sig", members })
        };
        Self { keys: keys.into_iter().filter(|key| key.state.verifies()).filter_map(jwk).collect() }
    }
}
