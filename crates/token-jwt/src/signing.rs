//! Private keys: opened once, signing many times.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::KeyPair as _;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use token_core::{Algorithm, KeyId};

use crate::encoding::header;
use crate::{KeyError, SigningInput, TokenText};

/// A private key that signs with its one algorithm.
pub struct SigningKey {
    id: KeyId,
    /// The header segment of everything it signs.
    header: String,
    pair: Pair,
}

pub(crate) enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl Pair {
    /// Opens PKCS#8, or for RSA also PKCS#1.
    pub(crate) fn open(algorithm: Algorithm, private: &[u8]) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(private).map(Self::Ed25519),
            Algorithm::Es256 => {
                let random = SystemRandom::new();
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &random).map(Self::P256)
            }
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(private)
                .or_else(|_| RsaKeyPair::from_der(private))
                .map(|pair| Self::Rsa(Box::new(pair))),
        };
        pair.map_err(|_| KeyError::Private)
    }

    /// The public half, as [`token_core::PublicKey`] keeps it.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Self::P256(pair) => pair.public_key().as_ref().to_vec(),
            Self::Rsa(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| KeyError::Failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Failed)?;
                Ok(signature)
            }
        }
    }
}

impl SigningKey {
    /// Opens a private key: PKCS#8 for Ed25519 and P-256, PKCS#8 or PKCS#1 for RSA.
    ///
    /// # Errors
    ///
    /// [`KeyError::Private`] for anything else.
    pub fn open(algorithm: Algorithm, id: KeyId, private: &[u8]) -> Result<Self, KeyError> {
        let pair = Pair::open(algorithm, private)?;
        Ok(Self { header: header(&id, algorithm), id, pair })
    }

    /// Signs header and payload into the text of a token.
    ///
    /// # Errors
    ///
    /// [`KeyError::WrongKey`] when the header names another key or algorithm; [`KeyError::Failed`] when there is no
    /// randomness for ES256 or RS256.
    pub fn sign(&self, input: &SigningInput) -> Result<TokenText, KeyError> {
        let input = input.as_str();
        if !input.strip_prefix(&self.header).is_some_and(|rest| rest.starts_with('.')) {
            return Err(KeyError::WrongKey);
        }
        let signature = self.pair.sign(input.as_bytes())?;
        // Room for all of it from the start: a text that grows leaves copies behind that nobody wipes.
        let mut text = String::with_capacity(input.len() + 1 + signature.len().div_ceil(3) * 4);
        text.push_str(input);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        Ok(TokenText::new(text))
    }
}

impl core::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}
