//! Raw signatures by ring alone: a hand that signs whatever it is told to.

use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
    RsaKeyPair,
};
use token_core::Algorithm;

/// Every HMAC of RFC 7518 §3.2.
pub(crate) const HMACS: [(&str, hmac::Algorithm); 3] =
    [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)];

/// A signature as the algorithm of a key of ours makes it.
pub(crate) fn sign(algorithm: Algorithm, private: &[u8], message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::EdDsa => {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(private).unwrap().sign(message).as_ref().to_vec()
        }
        Algorithm::Es256 => {
            let random = SystemRandom::new();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &random).unwrap();
            pair.sign(&random, message).unwrap().as_ref().to_vec()
        }
        Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256, private, message),
    }
}

/// RSASSA-PSS (RFC 7518 §3.5), which no key of ours is for.
pub(crate) fn sign_ps256(private: &[u8], message: &[u8]) -> Vec<u8> {
    rsa(&RSA_PSS_SHA256, private, message)
}

pub(crate) fn hmac(algorithm: hmac::Algorithm, secret: &[u8], message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes()).as_ref().to_vec()
}

fn rsa(encoding: &'static dyn RsaEncoding, private: &[u8], message: &[u8]) -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(private).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}
