//! Show: signs the stored claims again. The text itself was never kept.

use token_core::{Author, Change, CredentialId, StoredToken, TokenId};
use token_jwt::SigningInput;

use super::found;
use crate::authority::token_permissions;
use crate::{Admin, AdminError, Conflict, Done, Revealed, ShowToken, Signer, Submitted, rights};

impl Admin {
    /// Gives the text of a token, the newest one or the one with this `jti`; an event tells of it.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:show`; [`AdminError::NotFound`]; [`AdminError::NotHeld`] when the token
    /// may do what the author may not; [`AdminError::Conflict`] for a revoked token, a withdrawn key, or a server
    /// that never shows; [`AdminError::Invalid`] for an unknown `jti`; [`AdminError::CannotSign`].
    pub fn reveal_token(
        &self,
        author: &Author,
        id: TokenId,
        jti: Option<CredentialId>,
    ) -> Result<Done<Revealed>, AdminError> {
        self.reveal_submitted(author, id, &Ok(jti))
    }

    /// The same for a `jti` as somebody submitted it: what else stands against it is answered before a refused one.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::reveal_token`].
    pub fn reveal_submitted(
        &self,
        author: &Author,
        id: TokenId,
        jti: &Submitted<Option<CredentialId>>,
    ) -> Result<Done<Revealed>, AdminError> {
        self.signer.master()?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_SHOW)?;
            let record = found(deciding.tx, id)?;
            let grant = record.token.grant();
            deciding.authority.hold_all(&token_permissions(deciding.tx, &grant.roles)?)?;
            if self.settings.show_token == ShowToken::Never {
                return Err(AdminError::Conflict(Conflict::NeverShown));
            }
            if let StoredToken::Revoked(_) = record.token {
                return Err(AdminError::Conflict(Conflict::RevokedNotShown));
            }
            let jti = jti.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            let credential = match *jti {
                None => grant.credentials.newest(),
                Some(jti) => grant
                    .credentials
                    .find(jti)
                    .ok_or_else(|| AdminError::invalid("/jti", "this token has no such credential"))?,
            };
            let key = Signer::key_of(deciding.tx, &credential.key)?;
            let identity = deciding.tx.identity()?.ok_or(AdminError::CannotSign("no issuer is stored"))?;
            let text = self.signer.sign(
                deciding.tx,
                &key,
                &SigningInput::new(&identity, id, credential, key.public.algorithm),
            )?;
            let change = Change::TokenRevealed { token: id, name: grant.name.clone(), credential: credential.clone() };
            Ok((vec![change], Revealed { credential: credential.id, text }))
        })
    }
}
