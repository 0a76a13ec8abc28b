//! Revoke: the end of a token, for good.

use token_core::{
    Actor, Author, Change, CredentialId, Reason, Revoked, StoredToken, TokenId, TokenRecord, UnixSeconds,
};

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
            Ok(ended(author, deciding.now.seconds(), before, reason.as_ref()))
        })
    }

    /// Ends a token on behalf of somebody who presents one of its texts (RFC 7009): the token itself may, and whoever holds
    /// `tokens:revoke`. All its texts end. A text that a newer one has replaced ends nothing: whoever finds an old text, or
    /// tidies up after a rotation, must not end the new one. One that has expired does, since its token may be given more
    /// time.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`], and [`AdminError::CallerGone`]; whatever else is in the way is an answer.
    pub fn revoke_presented(
        &self,
        author: &Author,
        id: TokenId,
        text: CredentialId,
        reason: &Reason,
    ) -> Result<Done<PresentedEnd>, AdminError> {
        self.write(author, |deciding| {
            let own = matches!(&author.actor, Actor::Token { id: caller, .. } if *caller == id);
            if !own && deciding.authority.require(&rights::TOKENS_REVOKE).is_err() {
                return Ok((Vec::new(), PresentedEnd::OfAnother));
            }
            let Some(before) = deciding.tx.token(id)? else { return Ok((Vec::new(), PresentedEnd::Over)) };
            let now = deciding.now.seconds();
            let known = before.token.grant().credentials.find(text);
            if known.is_none_or(|credential| credential.ends.has_come(now)) {
                return Ok((Vec::new(), PresentedEnd::Over));
            }
            let (changes, _) = ended(author, now, before, Some(reason));
            Ok((changes, PresentedEnd::Ended))
        })
    }
}

/// What became of a token whose text was presented to end it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PresentedEnd {
    /// It has ended, now or before.
    Ended,
    /// The text was over already; nothing was done.
    Over,
    /// It is another token than the author's, who may end none but its own; nothing was done.
    OfAnother,
}

/// The end of a token; no change where it has ended before.
fn ended(author: &Author, at: UnixSeconds, before: TokenRecord, reason: Option<&Reason>) -> (Vec<Change>, TokenRecord) {
    let StoredToken::Unrevoked(token) = before.token.clone() else { return (Vec::new(), before) };
    let end = Revoked { at, by: author.actor.clone(), reason: reason.cloned() };
    let after = before.with_revoked(token, end);
    (vec![Change::TokenRevoked { before: Box::new(before), after: Box::new(after.clone()) }], after)
}
