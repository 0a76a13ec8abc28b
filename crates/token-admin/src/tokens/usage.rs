//! Usage: how often and from where a token was used.

use token_core::{SubjectKind, TokenId, UsageDay, UsageRecord};

use crate::{Admin, AdminError};

/// What is known of the use of a token.
#[derive(Clone, Debug)]
pub struct Usage {
    /// The first day of those that are told; [`UsageDay::SHOWN`] days up to today.
    pub from: UsageDay,
    /// What is stored of them.
    pub stored: UsageRecord,
}

impl Admin {
    /// The last use of a token and its calls of the last [`UsageDay::SHOWN`] days, for whoever may read tokens. Nodes
    /// hand over what they counted every few seconds: the latest calls may not be among them yet.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`] for an unknown or deleted one; [`AdminError::Store`].
    pub fn usage(&self, id: TokenId) -> Result<Usage, AdminError> {
        let from = UsageDay::of(self.clock.now().seconds()).first_of(UsageDay::SHOWN);
        let stored = self.store.usage(id, from)?.ok_or(AdminError::NotFound(SubjectKind::Token))?;
        Ok(Usage { from, stored })
    }
}
