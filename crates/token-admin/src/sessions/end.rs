//! Sign-out: of one session, of all of a person, of everybody.

use token_core::{Actor, Author, Change, SecretDigest, UserChange, UserId};

use crate::users::found;
use crate::{Admin, AdminError, Done, rights};

impl Admin {
    /// Ends one session of the author; nothing for one that is over or somebody else's.
    ///
    /// # Errors
    ///
    /// [`AdminError::CallerGone`]; [`AdminError::Store`].
    pub fn end_session(&self, author: &Author, digest: &SecretDigest) -> Result<Done<()>, AdminError> {
        self.write(author, |deciding| {
            let session = deciding.tx.session(digest)?;
            let change = match (session, &author.actor) {
                (Some(session), Actor::Person { id, name }) if session.user == *id => {
                    let (name, digest) = (name.clone(), session.digest);
                    Some(Change::User(UserChange::SessionEnded { user: *id, name, digest }))
                }
                _ => None,
            };
            Ok((change.into_iter().collect(), ()))
        })
    }

    /// Ends all sessions of a person; says how many there were. Nobody needs a permission for their own.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `users:update`; [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn end_sessions_of(&self, author: &Author, id: UserId) -> Result<Done<u64>, AdminError> {
        self.write(author, |deciding| {
            if !matches!(author.actor, Actor::Person { id: own, .. } if own == id) {
                deciding.authority.require(&rights::USERS_UPDATE)?;
            }
            let record = found(deciding.tx, id)?;
            let ended = deciding.tx.sessions_of(id)?.len() as u64;
            Ok((ended_all(Some((id, record.user.username)), ended), ended))
        })
    }

    /// Ends everybody's sessions, the author's own among them; says how many there were.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotHeld`] for authors without the role `admin`; [`AdminError::Store`].
    pub fn end_all_sessions(&self, author: &Author) -> Result<Done<u64>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require_admin()?;
            let ended = deciding.tx.count_sessions()?;
            Ok((ended_all(None, ended), ended))
        })
    }
}

fn ended_all(user: Option<(UserId, token_core::Username)>, ended: u64) -> Vec<Change> {
    if ended == 0 { Vec::new() } else { vec![Change::User(UserChange::SessionsEnded { user, ended })] }
}
