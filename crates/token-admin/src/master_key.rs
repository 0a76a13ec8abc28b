//! Another master key: every secret sealed anew, all of them or none.

use token_core::{Author, Change, Load, Resealed, SealedRow};
use token_seal::{MasterKey, SealContext};

use crate::{Admin, AdminError, Conflict, Done};

/// What a change of the master key did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rewrapped {
    /// How many secrets are sealed under the new master key now.
    pub resealed: usize,
    /// How many private halves could not be opened, because an earlier master key was lost; they stay as they are.
    pub left: u64,
}

impl Admin {
    /// Seals everything under `new` instead of the master key of this node, in one commit. Who does this is on the
    /// machine itself. Nodes that hold the key before go on to sign with what they have opened, and seal nothing more.
    ///
    /// # Errors
    ///
    /// [`AdminError::CannotSign`] when this node does not hold the master key that is in force;
    /// [`AdminError::Conflict`] for a secret of a newer program; [`AdminError::Store`].
    pub fn rewrap(&self, author: &Author, new: &MasterKey) -> Result<Done<Rewrapped>, AdminError> {
        self.write(author, |deciding| {
            let old = self.signer.current_master(deciding.tx)?;
            let (mut resealed, left) = self.resealed_keys(deciding.tx, old, new)?;
            for (name, before) in deciding.tx.sealed_secrets()? {
                let context = SealContext::of_secret(&name).ok_or(AdminError::Conflict(Conflict::UnknownSecret))?;
                let plain = old.open(context, &before).map_err(|_| AdminError::CannotSign(OTHER))?;
                let after = self.seal(new, context, &plain)?;
                resealed.push(Resealed { row: SealedRow::Secret(name), before, after });
            }
            let done = Rewrapped { resealed: resealed.len(), left };
            Ok((vec![Change::MasterKeyRewrapped { resealed, left }], done))
        })
    }

    fn resealed_keys(
        &self,
        tx: &mut dyn Load,
        old: &MasterKey,
        new: &MasterKey,
    ) -> Result<(Vec<Resealed>, u64), AdminError> {
        let (mut resealed, mut left) = (Vec::new(), 0);
        for key in tx.keys()? {
            let context = SealContext::PrivateKey { key: &key.public.id, algorithm: key.public.algorithm };
            let Ok(plain) = old.open(context, &key.sealed_private) else {
                left += 1;
                continue;
            };
            let after = self.seal(new, context, &plain)?;
            resealed.push(Resealed { row: SealedRow::Key(key.public.id.clone()), before: key.sealed_private, after });
        }
        Ok((resealed, left))
    }

    fn seal(&self, master: &MasterKey, context: SealContext<'_>, plain: &[u8]) -> Result<Vec<u8>, AdminError> {
        let sealed = master.seal(context, plain, self.randomness.as_ref());
        sealed.map_err(|_| AdminError::CannotSign("a secret could not be sealed"))
    }
}

/// Why a node that has a master key seals and opens nothing with it.
pub(crate) const OTHER: &str = "its master key is not, or no longer, the one of this database";
