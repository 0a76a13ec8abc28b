//! New keys: made here, or brought from elsewhere.

use token_core::{Author, Change, KeyState, PublicKey, SealedKey};
use token_jwt::NewKey;

use super::{Begin, KeyImport, RotateKey, generate};
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Conflict, Done, FieldError, Refused, Submitted, rights};

impl Admin {
    /// Makes a new key. It is published at once and signs when everybody who caches public keys knows it; the key that
    /// signs until then is retired and still verifies. With [`Begin::Now`] it signs at once, and a key that is
    /// published already does instead of a new one.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:rotate`; [`AdminError::Conflict`] while another key waits to sign;
    /// [`AdminError::Invalid`]; [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn rotate_key(&self, author: &Author, command: &RotateKey) -> Result<Done<PublicKey>, AdminError> {
        self.rotate_key_submitted(author, &Ok(*command))
    }

    /// The same for values as somebody submitted them.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::rotate_key`].
    pub fn rotate_key_submitted(
        &self,
        author: &Author,
        command: &Submitted<RotateKey>,
    ) -> Result<Done<PublicKey>, AdminError> {
        self.signer.master()?;
        let made = match command {
            Ok(command) => Some(generate(command.algorithm.unwrap_or(self.settings.keys.algorithm))),
            Err(_) => None,
        };
        self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_ROTATE)?;
            let keys = deciding.tx.keys()?;
            if let Some(next) = waiting(&keys) {
                let command = command.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
                let same = command.algorithm.is_none_or(|algorithm| algorithm == next.algorithm);
                return match command.begin {
                    Begin::Now if same => Ok(begin(&keys, next)),
                    Begin::Now | Begin::Published => Err(AdminError::Conflict(Conflict::KeyWaits)),
                };
            }
            let command = command.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            let new = match &made {
                Some(Ok(new)) => new,
                Some(Err(AdminError::Invalid(errors))) => return Err(AdminError::Invalid(errors.clone())),
                Some(Err(_)) | None => return Err(AdminError::CannotSign("no key could be made")),
            };
            self.bring(new, command.begin, (&keys, deciding), Change::KeyCreated)
        })
    }

    /// Brings a key from elsewhere; it is published and signs like a new one.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:import`; [`AdminError::Conflict`] for a key that is here, and while
    /// another key waits to sign; [`AdminError::Invalid`] for a text that is no strong private key;
    /// [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn import_key(&self, author: &Author, import: &KeyImport) -> Result<Done<PublicKey>, AdminError> {
        let read = NewKey::import_pem(&import.pem);
        let new = read.map_err(|error| Refused {
            errors: vec![FieldError::new("/pem", error.to_string())],
            ..Refused::default()
        });
        self.import_read(author, &new.map(|new| (new, import.begin)))
    }

    /// The same for values as somebody submitted them: that another key waits is answered before a refused key.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::import_key`].
    pub fn import_key_submitted(
        &self,
        author: &Author,
        import: &Submitted<KeyImport>,
    ) -> Result<Done<PublicKey>, AdminError> {
        match import {
            Ok(import) => self.import_key(author, import),
            Err(refused) => self.import_read(author, &Err(refused.clone())),
        }
    }

    fn import_read(&self, author: &Author, read: &Submitted<(NewKey, Begin)>) -> Result<Done<PublicKey>, AdminError> {
        self.signer.master()?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_IMPORT)?;
            let keys = deciding.tx.keys()?;
            if waiting(&keys).is_some() {
                return Err(AdminError::Conflict(Conflict::KeyWaits));
            }
            let (new, begin) = read.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            self.bring(new, *begin, (&keys, deciding), Change::KeyImported)
        })
    }

    fn bring(
        &self,
        new: &NewKey,
        when: Begin,
        (keys, deciding): (&[SealedKey], &mut Deciding<'_>),
        change: fn(SealedKey) -> Change,
    ) -> Result<(Vec<Change>, PublicKey), AdminError> {
        let at_once = when == Begin::Now || self.settings.keys.publication.is_zero();
        let state = if at_once { KeyState::Signing } else { KeyState::Next };
        let sealed = self.sealed(new, state, deciding)?;
        if keys.iter().any(|key| key.public.id == sealed.public.id) {
            return Err(AdminError::Conflict(Conflict::KeyExists));
        }
        let mut changes = if at_once { retired(keys) } else { Vec::new() };
        let public = sealed.public.clone();
        changes.push(change(sealed));
        Ok((changes, public))
    }
}

/// The key that is published and does not sign yet; the oldest if there should be several.
pub(super) fn waiting(keys: &[SealedKey]) -> Option<&PublicKey> {
    keys.iter().map(|key| &key.public).find(|key| key.state == KeyState::Next)
}

/// The key that waited signs, the one that signed retires: two changes, two events, one commit.
pub(super) fn begin(keys: &[SealedKey], next: &PublicKey) -> (Vec<Change>, PublicKey) {
    let mut changes = retired(keys);
    changes.push(Change::KeyMoved { key: next.clone(), to: KeyState::Signing });
    (changes, PublicKey { state: KeyState::Signing, ..next.clone() })
}

fn retired(keys: &[SealedKey]) -> Vec<Change> {
    let signs = keys.iter().map(|key| &key.public).filter(|key| key.state == KeyState::Signing);
    signs.map(|key| Change::KeyMoved { key: key.clone(), to: KeyState::Retired }).collect()
}
