//! Revoke: the end of a token, for good.

use token_core::{Author, Change, Revoked, StoredToken, TokenRecord};

use super::found;
use crate::{Admin, AdminError, Done, RevokeToken, rights};

impl Admin {
    /// Ends a token. Needs no version and can be repeated: the first end stays.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:revoke`; [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn revoke_token(&self, author: &Author, command: &RevokeToken) -> Result<Done<TokenRecord>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_REVOKE)?;
            let before = found(deciding.tx, command.id)?;
            let StoredToken::Unrevoked(token) = before.token.clone() else {
                return Ok((Vec::new(), before));
            };
            let end = Revoked { at: deciding.now.seconds(), by: author.actor.clone(), reason: command.reason.clone() };
            let after = before.with_revoked(token, end);
            let change = Change::TokenRevoked { before: Box::new(before), after: Box::new(after.clone()) };
            Ok((vec![change], after))
        })
    }
}
