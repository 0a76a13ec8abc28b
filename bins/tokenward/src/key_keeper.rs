//! Lets signing keys go forward in their life when their time has come.

use std::sync::Arc;

use token_admin::Admin;
use token_core::Author;

/// How many looks of the server pass between two of these; the keys are read each time.
const LOOKS: u32 = 5;

/// Looks for a key that was published for long enough to sign.
pub(crate) struct KeyKeeper {
    admin: Arc<Admin>,
    looks: u32,
}

impl KeyKeeper {
    pub(crate) fn new(admin: Arc<Admin>) -> Self {
        Self { admin, looks: 0 }
    }

    /// To be called often.
    pub(crate) fn look(&mut self) {
        let due = self.looks.is_multiple_of(LOOKS);
        self.looks = self.looks.wrapping_add(1);
        if !due {
            return;
        }
        match self.admin.promote_key(&Author::system()) {
            Ok(None) => {}
            Ok(Some(key)) => tracing::info!(key.id = %key.id, "a new key signs from now on"),
            Err(error) => tracing::warn!(error = %error, "could not look for a key whose time has come"),
        }
    }
}
