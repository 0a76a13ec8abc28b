//! What the targets share: one key and what it signed. Refuses to know anything secret: the key is written here.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use token_core::{Algorithm, Identity, KeyState, PublicKey, UnixSeconds};
use token_jwt::KeyRing;

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed"));

static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let key = PublicKey {
        id: KEY.parse().expect("a key id"),
        algorithm: Algorithm::EdDsa,
        state: KeyState::Signing,
        public: PAIR.public_key().as_ref().to_vec(),
        created_at: UnixSeconds::new(0).expect("a time"),
    };
    KeyRing::new(&[key], Some(&identity())).expect("a ring of one key")
});

const KEY: &str = "fuzz";

/// Who issues.
#[must_use]
pub fn identity() -> Identity {
    Identity { issuer: "https://t.example".parse().expect("an issuer"), audience: "a".parse().expect("an audience") }
}

/// The key ring with the one key.
#[must_use]
pub fn ring() -> &'static KeyRing {
    &RING
}

/// A text with this payload, truly signed.
#[must_use]
pub fn signed(payload: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"EdDSA","kid":"{KEY}","typ":"api-token+jwt"}}"#));
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(PAIR.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// A text as it is issued.
#[must_use]
pub fn issued() -> String {
    let claims = r#"{"iss":"https://t.example","aud":"a","sub":"0192f3c1-7a52-7c11-8d4e-0242ac120002","jti":"0192f3c1-7a52-7c11-8d4e-0242ac120003","iat":1900000000,"exp":1900000010}"#;
    signed(claims.as_bytes())
}
