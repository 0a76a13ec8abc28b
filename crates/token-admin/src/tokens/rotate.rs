//! Rotate: a new text for the same token, and an end for the older ones.

use token_core::limits::TEXTS_PER_TOKEN;
use token_core::{
    Author, Change, Credential, CredentialId, Encoding, Ends, Grant, IdempotencyKey, StoredToken, Token, TokenId,
    TokenRecord, UnixSeconds,
};
use token_jwt::SigningInput;

use super::found;
use super::repeat::{Canonical, Route};
use crate::authority::token_permissions;
use crate::transaction::Deciding;
use crate::{
    Admin, AdminError, Conflict, Created, Done, FieldError, Issued, OldEnds, RotateToken, Signer, Submitted, rights,
};

impl Admin {
    /// Makes a new text for a token and ends the older ones as told. The token's own end becomes that of the new text.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `tokens:rotate`; [`AdminError::NotFound`];
    /// [`AdminError::NotHeld`] when the token may do what the author may not; [`AdminError::Conflict`] for a revoked
    /// token, and for one with too many texts that are still good; [`AdminError::Invalid`] for times that are not
    /// ahead; [`AdminError::CannotSign`]; at any time [`AdminError::Store`].
    pub fn rotate_token(
        &self,
        author: &Author,
        id: TokenId,
        rotate: &Submitted<RotateToken>,
    ) -> Result<Done<Created>, AdminError> {
        self.signer.master()?;
        self.write(author, |deciding| self.decide_rotate(id, rotate, deciding))
    }

    /// The same for a request that may be repeated, as [`Admin::create_once`] does it.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::rotate_token`]; with a key also [`AdminError::KeyReused`] and [`AdminError::Gone`].
    pub fn rotate_once(
        &self,
        author: &Author,
        id: TokenId,
        rotate: &Submitted<RotateToken>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<Issued>, AdminError> {
        self.signer.master()?;
        let asked = key.zip(rotate.as_ref().ok());
        let asked = asked.map(|(key, body)| self.asked(author, Route::Rotate(id), key, &Canonical::of_rotation(body)));
        let asked = asked.transpose()?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_ROTATE)?;
            if let Some(asked) = &asked
                && let Some(repeated) = self.repeated(asked, deciding)?
            {
                return Ok(repeated);
            }
            let (changes, created) = self.decide_rotate(id, rotate, deciding)?;
            let at = deciding.now.seconds();
            let changes = match asked {
                Some(asked) => asked.remember(changes, &created, at),
                None => changes,
            };
            Ok((changes, Issued::Now(created)))
        })
    }

    fn decide_rotate(
        &self,
        id: TokenId,
        rotate: &Submitted<RotateToken>,
        Deciding { tx, authority, now }: &mut Deciding<'_>,
    ) -> Result<(Vec<Change>, Created), AdminError> {
        authority.require(&rights::TOKENS_ROTATE)?;
        let before = found(*tx, id)?;
        let grant = before.token.grant();
        authority.hold_all(&token_permissions(*tx, &grant.roles)?)?;
        if let StoredToken::Revoked(_) = before.token {
            return Err(AdminError::Conflict(Conflict::TokenRevoked));
        }
        let rotate = rotate.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
        let second = now.seconds();
        let expires_at = rotate.expires_at.unwrap_or(grant.expires_at);
        let refused = refused(rotate, expires_at, second);
        if !refused.is_empty() {
            return Err(AdminError::Invalid(refused));
        }
        let key = Signer::signing_key(*tx)?;
        let identity = tx.identity()?.ok_or(AdminError::CannotSign("no issuer is stored"))?;
        let newest = Credential {
            id: CredentialId::new(*now, self.randomness.as_ref())?,
            key: key.public.id.clone(),
            issued_at: second,
            expires_at,
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let text = self.signer.sign(*tx, &key, &SigningInput::new(&identity, id, &newest, key.public.algorithm))?;
        let ends = match rotate.old_ends {
            OldEnds::Now => Ends::At(second),
            OldEnds::At(end) => Ends::At(end),
            OldEnds::OnFirstUse { latest } => Ends::OnFirstUse { latest, used_at: None },
        };
        let credentials = grant.credentials.clone().rotated(newest, ends).without_ended(TEXTS_PER_TOKEN, second);
        if TEXTS_PER_TOKEN < credentials.len() {
            return Err(AdminError::Conflict(Conflict::TooManyTexts));
        }
        let token = Token::unrevoked(Grant { credentials, expires_at, ..grant.clone() });
        let after = TokenRecord {
            token: StoredToken::Unrevoked(token),
            version: before.version.saturating_add(1),
            ..before.clone()
        };
        let (before, saved) = (Box::new(before), Box::new(after.clone()));
        Ok((vec![Change::TokenRotated { before, after: saved }], Created { record: after, text }))
    }
}

fn refused(rotate: &RotateToken, expires_at: Option<UnixSeconds>, now: UnixSeconds) -> Vec<FieldError> {
    let mut refused = Vec::new();
    if expires_at.is_some_and(|end| end <= now) {
        refused.push(FieldError::new("/expires_at", "must lie in the future; without it the token keeps its end"));
    }
    let (pointer, end) = match rotate.old_ends {
        OldEnds::Now => return refused,
        OldEnds::At(end) => ("/old_ends/at", end),
        OldEnds::OnFirstUse { latest } => ("/old_ends/on_first_use", latest),
    };
    if end <= now {
        refused.push(FieldError::new(pointer, "must lie in the future; to end older texts now, say `now`"));
    }
    refused
}
