//! Delete: a person's account goes, and their sessions with it. The tokens they made stay.

use token_core::{Author, Change, UserChange, UserId, UserRecord};

use super::{ensure_admin_remains, found};
use crate::{Admin, AdminError, Done, rights};

impl Admin {
    /// Removes an account; its answer is what was removed.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `users:delete`; [`AdminError::NotFound`]; [`AdminError::NotHeld`] never: it
    /// gives nothing to anybody; [`AdminError::Conflict`] for the last person with `admin`; [`AdminError::Store`].
    pub fn delete_user(&self, author: &Author, id: UserId) -> Result<Done<UserRecord>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::USERS_DELETE)?;
            let record = found(deciding.tx, id)?;
            ensure_admin_remains(deciding.tx, &record, None)?;
            Ok((vec![Change::User(UserChange::Deleted(Box::new(record.clone())))], record))
        })
    }
}
