//! The key ring: which keys vouch for texts, found by the one header each of them writes.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_core::{Identity, KeyId, PublicKey};

use crate::claims::{self, VerifiedClaims};
use crate::encoding::{header, payload_prefix};
use crate::keys::Verifier;
use crate::{Jwks, KeyError, UnverifiedJwt, VerifyError};

/// The keys that verify, and what their tokens say of their origin. A snapshot; never changes.
pub struct KeyRing {
    /// By header segment, so that nothing of a presented header is ever interpreted.
    by_header: HashMap<String, Entry>,
    /// `None` before the first token: then nothing verifies.
    prefix: Option<String>,
    jwks: Jwks,
}

struct Entry {
    id: KeyId,
    algorithm: token_core::Algorithm,
    verifier: Verifier,
}

impl KeyRing {
    /// A ring of these keys, each checked; withdrawn keys are left out.
    ///
    /// # Errors
    ///
    /// [`KeyError::Public`] for a key that is not what its algorithm needs; [`KeyError::Duplicate`].
    pub fn new(keys: &[PublicKey], identity: Option<&Identity>) -> Result<Self, KeyError> {
        // A withdrawn key keeps its name: nobody brings its texts back by another key under it.
        let mut names = HashSet::new();
        if !keys.iter().all(|key| names.insert(&key.id)) {
            return Err(KeyError::Duplicate);
        }
        let mut by_header: HashMap<String, Entry> = HashMap::new();
        for key in keys.iter().filter(|key| key.state.verifies()) {
            let entry = Entry { id: key.id.clone(), algorithm: key.algorithm, verifier: Verifier::new(key)? };
            by_header.insert(header(&key.id, key.algorithm), entry);
        }
        Ok(Self { by_header, prefix: identity.map(payload_prefix), jwks: Jwks::of(keys) })
    }

    /// Verifies a text: the header of a key of ours, claims spelled as we spell them, and the key's signature.
    /// Whether its time is over is not judged here.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], for the log.
    pub fn verify(&self, jwt: &UnverifiedJwt<'_>) -> Result<VerifiedClaims, VerifyError> {
        let prefix = self.prefix.as_deref().ok_or(VerifyError::NoIdentity)?;
        let entry = self.by_header.get(jwt.header).ok_or(VerifyError::UnknownHeader)?;
        // Strict: no padding, and no other spelling of the same bytes.
        let signature = URL_SAFE_NO_PAD.decode(jwt.signature).map_err(|_| VerifyError::Signature)?;
        if !entry.verifier.verifies(jwt.signed.as_bytes(), &signature) {
            return Err(VerifyError::Signature);
        }
        let payload = URL_SAFE_NO_PAD.decode(jwt.payload).map_err(|_| VerifyError::Claims)?;
        let claims = claims::parse(&payload, prefix)?;
        let (key, algorithm) = (entry.id.clone(), entry.algorithm);
        Ok(VerifiedClaims { key, algorithm, claims, signed: jwt.signed.to_owned() })
    }

    /// Whether [`KeyRing::verify`] would come to the signature, the one thing that costs much.
    #[must_use]
    pub fn checks(&self, jwt: &UnverifiedJwt<'_>) -> bool {
        self.prefix.is_some() && self.by_header.contains_key(jwt.header)
    }

    /// Whether this key vouches.
    #[must_use]
    pub fn holds(&self, key: &KeyId) -> bool {
        self.by_header.values().any(|entry| entry.id == *key)
    }

    /// The keys as others read them.
    #[must_use]
    pub fn jwks(&self) -> &Jwks {
        &self.jwks
    }
}

impl core::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KeyRing").field("keys", &self.by_header.len()).finish_non_exhaustive()
    }
}
