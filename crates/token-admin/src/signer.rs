//! Opens sealed keys under the master key, and signs with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use token_core::{KeyId, KeyState, Load, SealedKey};
use token_jwt::{SigningInput, SigningKey, TokenText};
use token_seal::{MasterKey, SealContext};

use crate::{AdminError, Conflict};

/// The one holder of the master key: without it a node verifies and revokes, and signs nothing.
pub struct Signer {
    master: Option<Arc<MasterKey>>,
    opened: Mutex<HashMap<KeyId, Arc<SigningKey>>>,
}

impl Signer {
    /// A signer with or without the master key.
    #[must_use]
    pub fn new(master: Option<Arc<MasterKey>>) -> Self {
        Self { master, opened: Mutex::default() }
    }

    /// Whether there is a master key.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.master.is_some()
    }

    pub(crate) fn master(&self) -> Result<&MasterKey, AdminError> {
        self.master.as_deref().ok_or(AdminError::CannotSign("it has no master key"))
    }

    /// The key that signs new tokens.
    pub(crate) fn signing_key(tx: &mut dyn Load) -> Result<SealedKey, AdminError> {
        let signs = |key: &SealedKey| key.public.state == KeyState::Signing;
        tx.keys()?.into_iter().find(signs).ok_or(AdminError::CannotSign("no key is in the state `signing`"))
    }

    /// The key a stored text was signed with.
    pub(crate) fn key_of(tx: &mut dyn Load, id: &KeyId) -> Result<SealedKey, AdminError> {
        let key = tx.keys()?.into_iter().find(|key| key.public.id == *id);
        let key = key.ok_or(AdminError::CannotSign("the key that signed this text is not here"))?;
        if key.public.state.verifies() { Ok(key) } else { Err(AdminError::Conflict(Conflict::KeyWithdrawn)) }
    }

    /// Signs with a stored key.
    pub(crate) fn sign(&self, key: &SealedKey, input: &SigningInput) -> Result<TokenText, AdminError> {
        let id = &key.public.id;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = if let Some(ready) = opened.get(id) {
            Arc::clone(ready)
        } else {
            let ready = Arc::new(self.open(key)?);
            opened.insert(id.clone(), Arc::clone(&ready));
            ready
        };
        drop(opened);
        ready.sign(input).map_err(|_| AdminError::CannotSign("the key does not sign"))
    }

    fn open(&self, key: &SealedKey) -> Result<SigningKey, AdminError> {
        let context = SealContext::PrivateKey { key: &key.public.id, algorithm: key.public.algorithm };
        let private = self
            .master()?
            .open(context, &key.sealed_private)
            .map_err(|_| AdminError::CannotSign("the master key does not open the signing key"))?;
        SigningKey::open(key.public.algorithm, key.public.id.clone(), &private)
            .map_err(|_| AdminError::CannotSign("the signing key is damaged"))
    }
}

impl core::fmt::Debug for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Signer").field("can_sign", &self.can_sign()).finish_non_exhaustive()
    }
}
