//! The end of a key, and of everything it signed.

use token_core::{Algorithm, Author, Change, KeyId, KeyState, PublicKey, SubjectKind};

use super::succession::signing;
use crate::{Admin, AdminError, Done, rights};

/// What withdrawing a key did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withdrawn {
    /// The key.
    pub key: PublicKey,
    /// How many texts it signed that could pass but for this; `None` if they could not be counted.
    pub live_texts: Option<u64>,
    /// The key that signs now; `None` where this node has no master key to make one with.
    pub signing: Option<PublicKey>,
}

impl Admin {
    /// Ends a key: nothing it signed is accepted any more. Can be repeated. If it signed, the key that waits does so
    /// at once, or a new one. Nothing is in the way of a withdrawal, not even a missing master key.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `keys:withdraw`; [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn withdraw_key(&self, author: &Author, id: &KeyId) -> Result<Done<Withdrawn>, AdminError> {
        let mut done = self.write(author, |deciding| {
            deciding.authority.require(&rights::KEYS_WITHDRAW)?;
            let mut keys = deciding.tx.keys()?;
            let key = keys.iter().find(|key| key.public.id == *id).map(|key| key.public.clone());
            let key = key.ok_or(AdminError::NotFound(SubjectKind::Key))?;
            keys.retain(|other| other.public.id != *id);
            let mut withdrawn = Withdrawn {
                key: PublicKey { state: KeyState::Withdrawn, ..key.clone() },
                live_texts: None,
                signing: signing(&keys).cloned(),
            };
            let signed = key.state == KeyState::Signing;
            let mut changes = match key.state {
                KeyState::Withdrawn => Vec::new(),
                KeyState::Next | KeyState::Signing | KeyState::Retired => {
                    vec![Change::KeyMoved { key: key.clone(), to: KeyState::Withdrawn }]
                }
            };
            if signed {
                match self.successor(&keys, self.like(key.algorithm), deciding) {
                    Ok((more, next)) => {
                        changes.extend(more);
                        withdrawn.signing = Some(next);
                    }
                    Err(AdminError::Store(error)) => return Err(AdminError::Store(error)),
                    // Without a master key no key can be made here; that must not keep anybody from ending this one.
                    Err(_) => {}
                }
            }
            Ok((changes, withdrawn))
        })?;
        // Counted behind the lock: there may be a million, and no new one is made any more.
        done.value.live_texts = self.live_texts(id).ok();
        Ok(done)
    }

    /// The algorithm for the successor of a key: the same, where such keys can be made here.
    fn like(&self, algorithm: Algorithm) -> Algorithm {
        match algorithm {
            Algorithm::EdDsa | Algorithm::Es256 => algorithm,
            Algorithm::Rs256 => self.settings.keys.algorithm,
        }
    }
}
