//! Signing keys: made, brought, published before they sign, and withdrawn.

mod import;
mod publication;
mod withdrawal;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use token_core::Algorithm;
use token_jwt::NewKey;

use crate::app::App;

/// When the clock of these tests begins to stand still.
const NOON: i64 = 1_900_000_000;

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-", $name, ".pem"))
    };
}
use pem;

fn armoured(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

/// A private key that nobody had before.
pub(crate) fn new_pem() -> String {
    armoured(NewKey::generate(Algorithm::EdDsa).unwrap().private())
}

/// What is not one strong private key, and why.
pub(crate) fn bad_pems() -> Vec<(String, &'static str)> {
    // PKCS#8 of Ed25519 (RFC 8410 §7) with a seed of this length.
    let seed = |bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).unwrap();
        let head = [0x30, 14 + length, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 2 + length, 4, length];
        armoured(&[head.as_slice(), bytes].concat())
    };
    let mut off_the_curve =
        STANDARD.decode(pem!("p256").lines().filter(|l| !l.starts_with('-')).collect::<String>()).unwrap();
    *off_the_curve.last_mut().unwrap() ^= 1;
    let (half, _) = pem!("ed25519").split_at(70);
    [
        (seed(&[7; 31]), "a short seed"),
        (seed(&[7; 33]), "a long seed"),
        (seed(&[]), "no seed"),
        (armoured(&[0; 48]), "zeros"),
        (armoured(&off_the_curve), "a public half off the curve, or not of the private one"),
        (pem!("rsa-1024").to_owned(), "RSA of 1024 bits"),
        (pem!("rsa-2048-public").to_owned(), "a public key"),
        (pem!("ed25519-public").to_owned(), "a public key"),
        (pem!("ed25519-certificate").to_owned(), "a certificate"),
        (pem!("p384").to_owned(), "another curve"),
        (pem!("ed448").to_owned(), "another curve"),
        (pem!("ed25519").replace("PRIVATE", "RSA PRIVATE"), "Ed25519 that says it is RSA"),
        (pem!("rsa-2048-pkcs1").replace("RSA ", "EC "), "RSA that says it is P-256"),
        (pem!("p256-sec1").replace("EC ", "RSA "), "P-256 that says it is RSA"),
        (pem!("ed25519").repeat(2), "two keys"),
        (half.to_owned(), "half a key"),
        (String::new(), "nothing"),
        ("../../etc/passwd".to_owned(), "a path"),
        (json!({"kty": "OKP", "use": "enc", "x": "AA"}).to_string(), "a JWK for something else"),
        ("x".repeat(40_000), "far too much"),
    ]
    .into()
}

/// All keys, oldest first.
fn keys(app: &App) -> Vec<Value> {
    app.admin.get("/api/v1/keys").expect(200).json()["items"].as_array().unwrap().clone()
}

/// The names of the keys in this state.
fn in_state(app: &App, state: &str) -> Vec<String> {
    let named = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys(app).iter().filter(|key| key["state"] == state).map(named).collect()
}

/// The key that signs; there is always exactly one.
#[track_caller]
fn signing(app: &App) -> String {
    let mut keys = in_state(app, "signing");
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

/// The key a text says it was signed by.
fn kid_of(text: &str) -> String {
    let header = text.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// Waits until this holds, for as long as the slowest machine may take; the server looks by itself.
#[track_caller]
pub(crate) fn soon(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    unreachable!("never: {what}");
}
