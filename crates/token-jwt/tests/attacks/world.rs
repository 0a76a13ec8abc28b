//! One installation with a key of each algorithm, and a hand that signs whatever it is told to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use token_core::{Algorithm, Credential, Encoding, Ends, Identity, KeyState, PublicKey, TokenId, UnixSeconds};
use token_jwt::{
    KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, TokenText, UnverifiedJwt, VerifiedClaims, VerifyError,
};

pub(crate) const SUB: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
pub(crate) const JTI: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120003";
pub(crate) const RSA: &str = include_str!("../keys/test-only-rsa-2048.pem");

/// A key, its private half and the ring that holds it.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) key: NewKey,
    pub(crate) public: PublicKey,
    pub(crate) ring: KeyRing,
}

pub(crate) fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(segment: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(segment).unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity { issuer: "https://tokens.example".parse().unwrap(), audience: "assets".parse().unwrap() }
}

pub(crate) fn new_key(algorithm: Algorithm) -> NewKey {
    match algorithm {
        Algorithm::EdDsa | Algorithm::Es256 => NewKey::generate(algorithm).unwrap(),
        Algorithm::Rs256 => NewKey::import_pem(RSA).unwrap(),
    }
}

pub(crate) fn token() -> TokenId {
    SUB.parse().unwrap()
}

impl World {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let key = new_key(algorithm);
        let public = key.public(KeyState::Signing, at(0)).unwrap();
        let identity = identity();
        let ring = KeyRing::new(std::slice::from_ref(&public), Some(&identity)).unwrap();
        Self { identity, key, public, ring }
    }

    pub(crate) fn credential(&self) -> Credential {
        Credential {
            id: JTI.parse().unwrap(),
            key: self.public.id.clone(),
            issued_at: at(1_700_000_000),
            expires_at: Some(at(1_800_000_000)),
            encoding: Encoding::V1,
            ends: Ends::Never,
        }
    }

    pub(crate) fn input(&self) -> SigningInput {
        SigningInput::new(&self.identity, token(), &self.credential(), self.public.algorithm)
    }

    /// The text this installation issues.
    pub(crate) fn issue(&self) -> TokenText {
        let key = SigningKey::open(self.public.algorithm, self.public.id.clone(), self.key.private()).unwrap();
        key.sign(&self.input()).unwrap()
    }

    pub(crate) fn segments(&self) -> [String; 3] {
        let text = self.issue();
        let parts: Vec<String> = text.expose().split('.').map(str::to_owned).collect();
        parts.try_into().unwrap()
    }

    pub(crate) fn header_json(&self) -> String {
        let (algorithm, id) = (self.public.algorithm, &self.public.id);
        format!(r#"{{"alg":"{algorithm}","kid":"{id}","typ":"api-token+jwt"}}"#)
    }

    pub(crate) fn payload_json() -> String {
        payload("1700000000", "1800000000")
    }

    /// Whatever these segments say, with a good signature of the installation's own key over exactly them.
    pub(crate) fn sign_segments(&self, header: &str, payload: &str) -> String {
        let input = format!("{header}.{payload}");
        let signature = sign(self.public.algorithm, self.key.private(), input.as_bytes());
        format!("{input}.{}", encode(signature))
    }

    /// The same for a header and a payload in clear.
    pub(crate) fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.sign_segments(&encode(header), &encode(payload))
    }

    pub(crate) fn verify(&self, text: &str) -> Result<VerifiedClaims, VerifyError> {
        self.ring.verify(&UnverifiedJwt::parse(text, MAX_TOKEN)?)
    }

    pub(crate) fn refused(&self, text: &str, why: &str) {
        assert!(self.verify(text).is_err(), "passed: {why}");
    }
}

pub(crate) fn payload(iat: &str, exp: &str) -> String {
    format!(r#"{{"iss":"https://tokens.example","aud":"assets","sub":"{SUB}","jti":"{JTI}","iat":{iat},"exp":{exp}}}"#)
}

/// A raw signature, by ring alone.
pub(crate) fn sign(algorithm: Algorithm, private: &[u8], message: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::EdDsa => {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(private).unwrap().sign(message).as_ref().to_vec()
        }
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &random).unwrap();
            pair.sign(&random, message).unwrap().as_ref().to_vec()
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(private).unwrap();
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
            signature
        }
    }
}
