//! Revoke: the end of a token, for good.

use token_core::{Author, Change, Reason, Revoked, StoredToken, TokenId, TokenRecord};

use super::found;
use crate::{Admin, AdminError, Done, RevokeToken, Submitted, rights};

impl Admin {
    /// Ends a token. Needs no version and can be repeated: the first end stays.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:revoke`; [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn revoke_token(&self, author: &Author, command: &RevokeToken) -> Result<Done<TokenRecord>, AdminError> {
        self.revoke_submitted(author, command.id, &Ok(command.reason.clone()))
    }

    /// The same for a reason as somebody submitted it: that there is no such token is answered before a refused reason.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::revoke_token`], and behind them [`AdminError::Invalid`].
    pub fn revoke_submitted(
        &self,
        author: &Author,
        id: TokenId,
        reason: &Submitted<Option<Reason>>,
    ) -> Result<Done<TokenRecord>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_REVOKE)?;
            let before = found(deciding.tx, id)?;
            let reason = reason.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            let StoredToken::Unrevoked(token) = before.token.clone() else {
                return Ok((Vec::new(), before));
            };
            let end = Revoked { at: deciding.now.seconds(), by: author.actor.clone(), reason: reason.clone() };
            let after = before.with_revoked(token, end);
            let change = Change::TokenRevoked { before: Box::new(before), after: Box::new(after.clone()) };
            Ok((vec![change], after))
        })
    }
}
