//! Use cases of signing keys. A key is published before it signs, so that whoever caches public keys knows it by then:
//! next, signing, retired, withdrawn.

mod bring;
mod succession;
mod withdraw;

use core::time::Duration;

use token_core::{Algorithm, KeyId, KeyState, PublicKey, SealedKey, UnixSeconds};
use token_jwt::NewKey;
use token_seal::SealContext;

use crate::transaction::Deciding;
use crate::{Admin, AdminError};

pub use withdraw::Withdrawn;

/// How keys are made and follow each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySettings {
    /// Of keys that are made without being asked for: the first one, and one that takes the place of a withdrawn one.
    pub algorithm: Algorithm,
    /// How long others may cache public keys, and so how long a new key is published before it signs. Whole seconds.
    pub publication: Duration,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self { algorithm: Algorithm::EdDsa, publication: Duration::from_mins(5) }
    }
}

/// When a new key begins to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Begin {
    /// After it was published for as long as public keys are cached.
    Published,
    /// At once: whoever has cached public keys refuses its texts until they look again.
    Now,
}

/// A new key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RotateKey {
    /// `None` for the one that is configured.
    pub algorithm: Option<Algorithm>,
    /// When it begins to sign.
    pub begin: Begin,
}

/// A private key from elsewhere, in PEM.
pub struct KeyImport {
    /// PKCS#8, PKCS#1 or SEC1.
    pub pem: String,
    /// When it begins to sign.
    pub begin: Begin,
}

impl core::fmt::Debug for KeyImport {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KeyImport").field("begin", &self.begin).finish_non_exhaustive()
    }
}

impl Admin {
    /// All signing keys, oldest first, without their private halves.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn keys(&self) -> Result<Vec<PublicKey>, AdminError> {
        self.read(|tx| Ok(tx.keys()?.into_iter().map(|key| key.public).collect()))
    }

    /// How many texts that could pass now this key signed.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn live_texts(&self, id: &KeyId) -> Result<u64, AdminError> {
        self.read(|tx| Ok(tx.live_texts(id, self.now())?))
    }

    /// How long others may cache public keys.
    #[must_use]
    pub fn key_publication(&self) -> Duration {
        self.settings.keys.publication
    }

    /// The second from which a key signs that is published and does not sign yet; `None` for any other.
    #[must_use]
    pub fn signs_from(&self, key: &PublicKey) -> Option<UnixSeconds> {
        if key.state != KeyState::Next {
            return None;
        }
        let publication = i64::try_from(self.settings.keys.publication.as_secs()).unwrap_or(i64::MAX);
        // It was published somewhere in the second it was made; the one after that lies behind the whole of it.
        let from = key.created_at.get().saturating_add(publication).saturating_add(1);
        Some(UnixSeconds::new(from).unwrap_or(UnixSeconds::LAST))
    }

    fn sealed(&self, new: &NewKey, state: KeyState, deciding: &mut Deciding<'_>) -> Result<SealedKey, AdminError> {
        let public = new
            .public(state, deciding.now.seconds())
            .map_err(|_| AdminError::CannotSign("the new key has no public form"))?;
        let context = SealContext::PrivateKey { key: &public.id, algorithm: public.algorithm };
        let sealed_private = self
            .signer
            .current_master(deciding.tx)?
            .seal(context, new.private(), self.randomness.as_ref())
            .map_err(|_| AdminError::CannotSign("the private key could not be sealed"))?;
        Ok(SealedKey { public, sealed_private })
    }
}

fn generate(algorithm: Algorithm) -> Result<NewKey, AdminError> {
    NewKey::generate(algorithm).map_err(|error| AdminError::invalid("/algorithm", error.to_string()))
}
