//! A person changes their own password: with the present one, and every other session ends.

use token_core::{Author, Change, UserChange, UserRecord};
use token_seal::{Password, Secret};

use super::SignedIn;
use super::start::unchanged;
use crate::users::refused_password;
use crate::{Admin, AdminError, Done, Submitted};

impl Admin {
    /// Gives the author another password, whose present one was found to be behind the hash of `checked`. All their
    /// sessions end, and one begins with `secret`. The new password is hashed before the lock is taken: some 20 ms.
    ///
    /// # Errors
    ///
    /// [`AdminError::CallerGone`] when the author is not that person, is gone or disabled, or has another password by
    /// now; [`AdminError::Invalid`] at `/new`; [`AdminError::Store`].
    pub fn change_own_password(
        &self,
        author: &Author,
        checked: &UserRecord,
        new: &Submitted<Password>,
        secret: &Secret,
    ) -> Result<Done<SignedIn>, AdminError> {
        let hash = new.as_ref().ok().map(|password| self.hash(password)).transpose()?;
        self.write(author, |deciding| {
            let before = unchanged(deciding, checked)?;
            if author.actor.id() != Some(*before.id().as_bytes()) || author.actor.kind() != "person" {
                return Err(AdminError::CallerGone);
            }
            let password = new.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            if let Some(refused) = refused_password("/new", password, &before.user.username) {
                return Err(AdminError::Invalid(vec![refused]));
            }
            let version = before.version.saturating_add(1);
            let after = UserRecord { password: hash.clone(), version, ..before.clone() };
            let (start, signed_in) = self.begin(deciding, &after, &author.origin, secret.digest(), false)?;
            let change = UserChange::PasswordChanged { before: Box::new(before), after: Box::new(after) };
            Ok((vec![Change::User(change), start], signed_in))
        })
    }
}
