//! New keys: made here, or brought from elsewhere; named by what they are.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use token_core::{Algorithm, KeyState, PublicKey, UnixSeconds};
use zeroize::Zeroizing;

use crate::KeyError;
use crate::keys::check_public;
use crate::pem::{self, Label};
use crate::signing::Pair;
use crate::thumbprint::thumbprint;

/// A key that nobody stored yet, with its private half in clear.
pub struct NewKey {
    algorithm: Algorithm,
    public: Vec<u8>,
    private: Zeroizing<Vec<u8>>,
}

impl NewKey {
    /// Makes a key for EdDSA or ES256.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unsupported`] for RS256; [`KeyError::Failed`] without randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Algorithm::Rs256 => return Err(KeyError::Unsupported),
        };
        let document = document.map_err(|_| KeyError::Failed)?;
        Self::checked(algorithm, Zeroizing::new(document.as_ref().to_vec()))
    }

    /// Reads a private key in PEM; which algorithm it is for, the key itself says.
    ///
    /// # Errors
    ///
    /// [`KeyError::Pem`] for anything but one strong private key.
    pub fn import_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, mut private) = pem::read(pem)?;
        if label == Label::Sec1 {
            private = pem::p256_in_pkcs8(&private).ok_or(KeyError::Pem)?;
        }
        let candidates: &[Algorithm] = match label {
            Label::Pkcs8 => &[Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
            Label::Pkcs1 => &[Algorithm::Rs256],
            Label::Sec1 => &[Algorithm::Es256],
        };
        let read = |algorithm: &Algorithm| Self::checked(*algorithm, private.clone()).ok();
        candidates.iter().find_map(read).ok_or(KeyError::Pem)
    }

    /// The public half, named by its JWK thumbprint (RFC 7638).
    ///
    /// # Errors
    ///
    /// [`KeyError::Public`] when the key has no JWK form.
    pub fn public(&self, state: KeyState, created_at: UnixSeconds) -> Result<PublicKey, KeyError> {
        let id = thumbprint(self.algorithm, &self.public).ok_or(KeyError::Public)?;
        Ok(PublicKey { id, algorithm: self.algorithm, state, public: self.public.clone(), created_at })
    }

    /// The private half in DER, to be sealed.
    #[must_use]
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    fn checked(algorithm: Algorithm, private: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let public = Pair::open(algorithm, &private)?.public();
        check_public(algorithm, &public)?;
        Ok(Self { algorithm, public, private })
    }
}

impl core::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NewKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
