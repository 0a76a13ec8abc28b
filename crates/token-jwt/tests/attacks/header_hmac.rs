//! HMAC: whatever is public or guessed is no secret here, because nothing here has one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use token_core::Algorithm;
use token_jwt::{NewKey, VerifyError};

use crate::hand::{self, HMACS};
use crate::members::quoted;
use crate::world::{World, claims, encode, on_each};

/// A text under each HMAC with this secret, and its tag under the very header of our key.
fn refused_as_secret(world: &World, secret: &[u8]) {
    let payload = encode(claims().to_string());
    for (alg, hmac) in HMACS {
        for (header, reason) in [
            (world.header().with("alg", &quoted(alg)), VerifyError::UnknownHeader),
            (world.header().to_string(), VerifyError::Signature),
        ] {
            let input = format!("{}.{payload}", encode(header));
            let tag = encode(hand::hmac(hmac, secret, &input));
            world.refuses(&format!("{input}.{tag}"), reason);
        }
    }
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1): what PEM files and most libraries call the public key.
fn spki(algorithm: Algorithm, public: &[u8]) -> Vec<u8> {
    let head: &[u8] = match algorithm {
        Algorithm::EdDsa => &[0x30, 0x2a, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0],
        Algorithm::Es256 => &[
            0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1,
            7, 3, 0x42, 0,
        ],
        // Of 2048 bits with the exponent 65537.
        Algorithm::Rs256 => &[
            0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0, 3, 0x82, 0x01,
            0x0f, 0,
        ],
    };
    [head, public].concat()
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[test]
fn the_public_keys_of_these_tests_are_as_openssl_writes_them() {
    for (private, public) in [
        (include_str!("../keys/test-only-ed25519.pem"), include_str!("../keys/test-only-ed25519-public.pem")),
        (crate::world::RSA, include_str!("../keys/test-only-rsa-2048-public.pem")),
    ] {
        let world = World::with(NewKey::import_pem(private).unwrap());
        assert_eq!(pem("PUBLIC KEY", &spki(world.algorithm(), &world.public.public)), public);
    }
}

#[test]
fn atk_h05_our_public_key_in_every_encoding_as_secret() {
    on_each(|world| {
        let der = spki(world.algorithm(), &world.public.public);
        let spki_pem = pem("PUBLIC KEY", &der);
        let pkcs1_pem = pem("RSA PUBLIC KEY", &world.public.public);
        for pem in [spki_pem, pkcs1_pem] {
            refused_as_secret(world, pem.as_bytes());
            refused_as_secret(world, pem.trim_end().as_bytes());
            refused_as_secret(world, pem.replace('\n', "").as_bytes());
            refused_as_secret(world, pem.replace('\n', "\r\n").as_bytes());
        }
        refused_as_secret(world, &der);
        refused_as_secret(world, encode(&der).as_bytes());
        refused_as_secret(world, &world.public.public);
        let jwk = serde_json::to_value(&world.ring.jwks().keys[0]).unwrap();
        for coordinate in ["x", "y", "n"] {
            if let Some(text) = jwk[coordinate].as_str() {
                refused_as_secret(world, text.as_bytes());
                refused_as_secret(world, &crate::world::decode(text));
            }
        }
        refused_as_secret(world, &serde_json::to_vec(&world.ring.jwks().keys[0]).unwrap());
        refused_as_secret(world, &serde_json::to_vec(&jwk).unwrap());
        refused_as_secret(world, &serde_json::to_vec_pretty(&jwk).unwrap());
        refused_as_secret(world, &serde_json::to_vec(world.ring.jwks()).unwrap());
        refused_as_secret(world, &serde_json::to_vec_pretty(world.ring.jwks()).unwrap());
    });
}

#[test]
fn atk_h06_guessed_secrets() {
    on_each(|world| {
        let (kid, issuer) = (world.public.id.as_str(), world.identity.issuer.as_str());
        for secret in ["", "\0", "secret", kid, issuer, "assets", "null", "undefined"] {
            refused_as_secret(world, secret.as_bytes());
        }
        refused_as_secret(world, &[0; 32]);
        refused_as_secret(world, &[0; 64]);
    });
}
