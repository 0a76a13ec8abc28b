//! Which key signs next: what the product sees to by itself.

use token_core::{Algorithm, Author, Change, KeyState, PublicKey, SealedKey, UnixSeconds};

use super::bring::{begin, waiting};
use super::generate;
use crate::transaction::Deciding;
use crate::{Admin, AdminError};

impl Admin {
    /// Lets a key sign, if none does: the one that waits, or a new one. Without the master key no new one is made.
    ///
    /// # Errors
    ///
    /// [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn ensure_signing_key(&self, author: &Author) -> Result<(), AdminError> {
        let needed = |keys: &[SealedKey]| signing(keys).is_none() && (waiting(keys).is_some() || self.can_sign());
        if !self.read(|tx| Ok(needed(&tx.keys()?)))? {
            return Ok(());
        }
        self.write(author, |deciding| {
            let keys = deciding.tx.keys()?;
            if signing(&keys).is_some() {
                return Ok((Vec::new(), ()));
            }
            Ok((self.successor(&keys, self.settings.keys.algorithm, deciding)?.0, ()))
        })
        .map(|done| done.value)
    }

    /// Lets a key sign that was published for long enough. To be called often, by every node: under the lock the first
    /// one does it, and the others find nothing to do. The key that signs from now on, if that changed.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn promote_key(&self, author: &Author) -> Result<Option<PublicKey>, AdminError> {
        if !self.read(|tx| Ok(self.due(&tx.keys()?, self.now()).is_some()))? {
            return Ok(None);
        }
        self.write(author, |deciding| {
            let keys = deciding.tx.keys()?;
            Ok(match self.due(&keys, deciding.now.seconds()) {
                Some(next) => {
                    let (changes, promoted) = begin(&keys, next);
                    (changes, Some(promoted))
                }
                None => (Vec::new(), None),
            })
        })
        .map(|done| done.value)
    }

    fn due<'a>(&self, keys: &'a [SealedKey], now: UnixSeconds) -> Option<&'a PublicKey> {
        waiting(keys).filter(|next| self.signs_from(next).is_some_and(|from| from <= now))
    }

    /// The key that waits signs, or a new one; `keys` have none that does.
    pub(super) fn successor(
        &self,
        keys: &[SealedKey],
        algorithm: Algorithm,
        deciding: &mut Deciding<'_>,
    ) -> Result<(Vec<Change>, PublicKey), AdminError> {
        if let Some(next) = waiting(keys) {
            return Ok(begin(keys, next));
        }
        let key = self.sealed(&generate(algorithm)?, KeyState::Signing, deciding)?;
        let public = key.public.clone();
        Ok((vec![Change::KeyCreated(key)], public))
    }
}

/// The key that signs.
pub(super) fn signing(keys: &[SealedKey]) -> Option<&PublicKey> {
    keys.iter().map(|key| &key.public).find(|key| key.state == KeyState::Signing)
}
