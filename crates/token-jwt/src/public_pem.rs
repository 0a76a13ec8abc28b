//! Public keys as programs that read no JWK take them: `SubjectPublicKeyInfo` (RFC 5280 §4.1) in PEM (RFC 7468 §13).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use token_core::{Algorithm, PublicKey};

/// id-Ed25519 (RFC 8410 §3).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// id-ecPublicKey and the curve prime256v1 (RFC 5480 §2.1.1).
const P256: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// rsaEncryption, whose parameters are NULL (RFC 3279 §2.3.1).
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// The key as `openssl pkey -pubin` reads it, with a line break at the end.
#[must_use]
pub fn public_pem(key: &PublicKey) -> String {
    let algorithm = match key.algorithm {
        Algorithm::EdDsa => ED25519,
        Algorithm::Es256 => P256,
        Algorithm::Rs256 => RSA,
    };
    // A bit string says how many bits of its last byte are left out: none.
    let bits = [&[0], key.public.as_slice()].concat();
    let info = [element(SEQUENCE, algorithm), element(BIT_STRING, &bits)].concat();
    let base64 = STANDARD.encode(element(SEQUENCE, &info));
    let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    for (place, letter) in base64.chars().enumerate() {
        if place != 0 && place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem + "\n-----END PUBLIC KEY-----\n"
}

/// One DER element, its length written in the shortest way (X.690 §10.1).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let used = length.iter().position(|byte| *byte != 0).map_or(&[][..], |at| length.get(at..).unwrap_or_default());
    let head = match (used, u8::try_from(used.len())) {
        ([], _) => vec![tag, 0],
        ([short @ 0..=0x7f], _) => vec![tag, *short],
        (long, count) => [&[tag, 0x80 | count.unwrap_or(0)], long].concat(),
    };
    [head.as_slice(), content].concat()
}

#[cfg(test)]
mod tests {
    use token_core::{KeyState, UnixSeconds};

    use super::*;
    use crate::NewKey;

    #[test]
    fn s15_a_public_key_is_what_openssl_makes_of_the_private_one() {
        let at = UnixSeconds::new(0).unwrap();
        for (private, public, algorithm) in [
            (
                include_str!("../tests/keys/test-only-ed25519.pem"),
                include_str!("../tests/keys/test-only-ed25519-public.pem"),
                Algorithm::EdDsa,
            ),
            (
                include_str!("../tests/keys/test-only-p256.pem"),
                include_str!("../tests/keys/test-only-p256-public.pem"),
                Algorithm::Es256,
            ),
            (
                include_str!("../tests/keys/test-only-rsa-2048.pem"),
                include_str!("../tests/keys/test-only-rsa-2048-public.pem"),
                Algorithm::Rs256,
            ),
        ] {
            let key = NewKey::import_pem(private).unwrap().public(KeyState::Signing, at).unwrap();
            assert_eq!(key.algorithm, algorithm);
            assert_eq!(public_pem(&key), public, "{algorithm}");
        }
    }

    #[test]
    fn lengths_are_written_in_the_shortest_way() {
        for (length, head) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
        ] {
            let element = element(4, &vec![7; length]);
            assert_eq!((&element[..head.len()], element.len()), (head, head.len() + length));
        }
    }
}
