//! Use cases of signing keys.

use token_core::{Algorithm, Author, Change, KeyId, KeyState, PublicKey, SealedKey, SubjectKind};
use token_jwt::NewKey;
use token_seal::SealContext;

use crate::transaction::Deciding;
use crate::{Admin, AdminError, Conflict, Done, rights};

/// A private key from elsewhere, in PEM.
pub struct KeyImport {
    /// PKCS#8 or PKCS#1.
    pub pem: String,
}

impl core::fmt::Debug for KeyImport {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyImport(redacted)")
    }
}

/// What withdrawing a key did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withdrawn {
    /// The key.
    pub key: PublicKey,
}

impl Admin {
    /// Makes a first key sign, if none does. Without the master key nothing is made.
    ///
    /// # Errors
    ///
    /// [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn ensure_signing_key(&self, author: &Author, algorithm: Algorithm) -> Result<(), AdminError> {
        if !self.can_sign() {
            return Ok(());
        }
        let signs = |keys: &[SealedKey]| keys.iter().any(|key| key.public.state == KeyState::Signing);
        if self.read(|tx| Ok(signs(&tx.keys()?)))? {
            return Ok(());
        }
        let new = generate(algorithm)?;
        self.write(author, |deciding| {
            if signs(&deciding.tx.keys()?) {
                return Ok((Vec::new(), ()));
            }
            let key = self.sealed(&new, KeyState::Signing, deciding)?;
            Ok((vec![Change::KeyCreated(key)], ()))
        })
        .map(|done| done.value)
    }

    /// All signing keys, oldest first, without their private halves.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn keys(&self) -> Result<Vec<PublicKey>, AdminError> {
        self.read(|tx| Ok(tx.keys()?.into_iter().map(|key| key.public).collect()))
    }

    /// Makes a new key and signs with it from now on; the one before is retired and still verifies.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:rotate`; [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn rotate_key(&self, author: &Author, algorithm: Algorithm) -> Result<Done<PublicKey>, AdminError> {
        self.signer.master()?;
        let new = generate(algorithm)?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_ROTATE)?;
            self.succeed(&new, deciding, Change::KeyCreated)
        })
    }

    /// Brings a key from elsewhere and signs with it from now on; the one before is retired and still verifies.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:import`; [`AdminError::Invalid`] for a text that is no strong private
    /// key; [`AdminError::Conflict`] for a key that is here; [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn import_key(&self, author: &Author, import: &KeyImport) -> Result<Done<PublicKey>, AdminError> {
        self.signer.master()?;
        let new = NewKey::import_pem(&import.pem).map_err(|error| AdminError::invalid("/pem", error.to_string()))?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_IMPORT)?;
            self.succeed(&new, deciding, Change::KeyImported)
        })
    }

    /// Ends a key: nothing it signed is accepted any more. Can be repeated.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:withdraw`; [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn withdraw_key(&self, author: &Author, id: &KeyId) -> Result<Done<Withdrawn>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_WITHDRAW)?;
            let key = deciding.tx.keys()?.into_iter().map(|key| key.public).find(|key| key.id == *id);
            let key = key.ok_or(AdminError::NotFound(SubjectKind::Key))?;
            let withdrawn = Withdrawn { key: PublicKey { state: KeyState::Withdrawn, ..key.clone() } };
            let changes = match key.state {
                KeyState::Withdrawn => Vec::new(),
                KeyState::Next | KeyState::Signing | KeyState::Retired => {
                    vec![Change::KeyMoved { key, to: KeyState::Withdrawn }]
                }
            };
            Ok((changes, withdrawn))
        })
    }

    /// The new key signs, the one that signed retires: two changes, two events, one commit.
    fn succeed(
        &self,
        new: &NewKey,
        deciding: &mut Deciding<'_>,
        change: fn(SealedKey) -> Change,
    ) -> Result<(Vec<Change>, PublicKey), AdminError> {
        let keys = deciding.tx.keys()?;
        let sealed = self.sealed(new, KeyState::Signing, deciding)?;
        if keys.iter().any(|key| key.public.id == sealed.public.id) {
            return Err(AdminError::Conflict(Conflict::KeyExists));
        }
        let signs = keys.into_iter().map(|key| key.public).filter(|key| key.state == KeyState::Signing);
        let mut changes: Vec<Change> = signs.map(|key| Change::KeyMoved { key, to: KeyState::Retired }).collect();
        let public = sealed.public.clone();
        changes.push(change(sealed));
        Ok((changes, public))
    }

    fn sealed(&self, new: &NewKey, state: KeyState, deciding: &Deciding<'_>) -> Result<SealedKey, AdminError> {
        let public = new
            .public(state, deciding.now.seconds())
            .map_err(|_| AdminError::CannotSign("the new key has no public form"))?;
        let context = SealContext::PrivateKey { key: &public.id, algorithm: public.algorithm };
        let sealed_private = self
            .signer
            .master()?
            .seal(context, new.private(), self.randomness.as_ref())
            .map_err(|_| AdminError::CannotSign("the private key could not be sealed"))?;
        Ok(SealedKey { public, sealed_private })
    }
}

fn generate(algorithm: Algorithm) -> Result<NewKey, AdminError> {
    NewKey::generate(algorithm).map_err(|error| AdminError::invalid("/algorithm", error.to_string()))
}
