//! Opens sealed keys under the master key, and signs with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use token_core::{KeyId, KeyState, Load, SealedKey};
use token_jwt::{SigningInput, SigningKey, TokenText};
use token_seal::{MasterKey, SealContext};

use crate::master_key::OTHER;
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

    /// The master key, if it is the one this database is sealed under: another process may have changed it.
    pub(crate) fn current_master(&self, tx: &mut dyn Load) -> Result<&MasterKey, AdminError> {
        let master = self.master()?;
        for (name, sealed) in tx.sealed_secrets()? {
            if SealContext::of_secret(&name).is_some_and(|context| master.open(context, &sealed).is_err()) {
                return Err(AdminError::CannotSign(OTHER));
            }
        }
        Ok(master)
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
    pub(crate) fn sign(
        &self,
        tx: &mut dyn Load,
        key: &SealedKey,
        input: &SigningInput,
    ) -> Result<TokenText, AdminError> {
        let id = &key.public.id;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = if let Some(ready) = opened.get(id) {
            Arc::clone(ready)
        } else {
            let ready = Arc::new(self.open(tx, key)?);
            opened.insert(id.clone(), Arc::clone(&ready));
            ready
        };
        drop(opened);
        ready.sign(input).map_err(|_| AdminError::CannotSign("the key does not sign"))
    }

    fn open(&self, tx: &mut dyn Load, key: &SealedKey) -> Result<SigningKey, AdminError> {
        let context = SealContext::PrivateKey { key: &key.public.id, algorithm: key.public.algorithm };
        let Ok(private) = self.master()?.open(context, &key.sealed_private) else {
            // The right master key that does not open it: it was sealed under one that was lost since.
            return self.current_master(tx).and(Err(AdminError::Conflict(Conflict::KeyLost)));
        };
        SigningKey::open(key.public.algorithm, key.public.id.clone(), &private)
            .map_err(|_| AdminError::CannotSign("the signing key is damaged"))
    }
}

impl core::fmt::Debug for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Signer").field("can_sign", &self.can_sign()).finish_non_exhaustive()
    }
}
