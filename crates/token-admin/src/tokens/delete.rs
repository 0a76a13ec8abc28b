//! Delete: the end of a token, and off the list.

use token_core::{Author, Change, Revoked, TokenId};

use super::found;
use crate::{Admin, AdminError, Done, rights};

impl Admin {
    /// Ends a token, if it was not, and takes it off the list.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:delete`; [`AdminError::NotFound`], also the second time;
    /// [`AdminError::Store`].
    pub fn delete_token(&self, author: &Author, id: TokenId) -> Result<Done<()>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_DELETE)?;
            let token = found(deciding.tx, id)?;
            let now = || Revoked { at: deciding.now.seconds(), by: author.actor.clone(), reason: None };
            let end = token.token.end().cloned().unwrap_or_else(now);
            Ok((vec![Change::TokenDeleted { token: Box::new(token), end }], ()))
        })
    }
}
