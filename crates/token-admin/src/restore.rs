//! Going on with a database that has gone back.

use token_core::{Author, Change, Epoch};

use crate::{Admin, AdminError, Done};

impl Admin {
    /// Begins another life of the log, since the database is an older one than some node knew: whoever followed the
    /// life before forgets everything, and goes on with what is there now. Who does this is on the machine itself.
    ///
    /// What was written after the state that was restored is lost, revocations among it.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotHeld`] for authors without the role `admin`; [`AdminError::Randomness`];
    /// [`AdminError::Store`]. The log goes on in the life it was in then.
    pub fn accept_restore(&self, author: &Author) -> Result<Done<Epoch>, AdminError> {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes)?;
        let epoch = Epoch(bytes);
        self.write(author, |deciding| {
            deciding.authority.require_admin()?;
            Ok((vec![Change::RestoreAccepted { epoch }], epoch))
        })
    }
}
