//! Public keys: checked once, prepared once.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use token_core::{Algorithm, PublicKey};

use crate::KeyError;
use crate::pem::{read_element, read_integer};

/// A key that verifies with its one algorithm.
pub(crate) struct Verifier(UnparsedPublicKey<Vec<u8>>);

impl Verifier {
    /// Checks a public key and makes it ready.
    pub(crate) fn new(key: &PublicKey) -> Result<Self, KeyError> {
        check_public(key.algorithm, &key.public)?;
        let algorithm: &'static dyn VerificationAlgorithm = match key.algorithm {
            Algorithm::EdDsa => &ED25519,
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        Ok(Self(UnparsedPublicKey::new(algorithm, key.public.clone())))
    }

    /// Whether the signature holds for the message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature).is_ok()
    }
}

/// Canonical encodings of the points of small order of edwards25519, and of the values of y that are not reduced: with
/// such a key, signatures hold for messages nobody signed.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    one(),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    minus_one(),
];

const fn one() -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = 1;
    y
}

const fn minus_one() -> [u8; 32] {
    let mut y = [0xff; 32];
    (y[0], y[31]) = (0xec, 0x7f);
    y
}

/// Refuses keys that are not what their algorithm needs.
pub(crate) fn check_public(algorithm: Algorithm, public: &[u8]) -> Result<(), KeyError> {
    let good = match algorithm {
        Algorithm::EdDsa => good_ed25519(public),
        // A point off the curve verifies nothing: ring checks it at every use.
        Algorithm::Es256 => public.len() == 65 && public.first() == Some(&4),
        Algorithm::Rs256 => good_rsa(public),
    };
    if good { Ok(()) } else { Err(KeyError::Public) }
}

fn good_ed25519(public: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(public) else { return false };
    y[31] &= 0x7f;
    // y < 2^255 - 19: the top 31 bytes all ones and the lowest at least 0xed is not reduced.
    let [lowest, middle @ .., highest] = y;
    let not_reduced = 0xed <= lowest && highest == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    !not_reduced && !SMALL_ORDER_Y.contains(&y)
}

fn good_rsa(public: &[u8]) -> bool {
    let Some((sequence, [])) = read_element(public, 0x30) else { return false };
    let Some((modulus, rest)) = read_integer(sequence) else { return false };
    let Some((exponent, [])) = read_integer(rest) else { return false };
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    // The exponent: odd, at least 3, at most 33 bits, as ring takes them.
    (2_048..=4_096).contains(&bits) && odd(modulus) && odd(exponent) && exponent != [1] && exponent.len() <= 4
}
