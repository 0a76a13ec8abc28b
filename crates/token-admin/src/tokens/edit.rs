//! Edit: one save of a token's fields, its end among them if asked for.

use token_core::{
    AllowedNetworks, Author, Change, Grant, Revoked, StoredToken, Token, TokenId, TokenRecord, UnixSeconds, Unrevoked,
};

use super::{found, refused_roles};
use crate::authority::token_permissions;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Conflict, Done, EditToken, FieldError, Submitted, rights};

/// The edit, or what of it was good.
type SubmittedEdit = Submitted<EditToken, EditToken>;

/// What of an edit was good: all of it, or what was not refused.
fn good(edit: &SubmittedEdit) -> &EditToken {
    edit.as_ref().unwrap_or_else(|refused| &refused.good)
}

impl Admin {
    /// Saves fields of a token, made from version `expected`. A save that changes nothing writes nothing.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `tokens:update` (and `tokens:revoke` for an end);
    /// [`AdminError::NotFound`]; [`AdminError::NotHeld`]; [`AdminError::VersionRequired`]; [`AdminError::Stale`];
    /// [`AdminError::Conflict`] for a revoked token; [`AdminError::Invalid`]; at any time [`AdminError::Store`].
    pub fn edit_token(
        &self,
        author: &Author,
        id: TokenId,
        expected: Option<u64>,
        edit: &Submitted<EditToken, EditToken>,
    ) -> Result<Done<TokenRecord>, AdminError> {
        self.write(author, |deciding| {
            let before = authorize(deciding, id, edit)?;
            let current = before.version;
            match expected {
                None => return Err(AdminError::VersionRequired),
                Some(expected) if expected != current => return Err(AdminError::Stale { current }),
                Some(_) => {}
            }
            let after = match &before.token {
                StoredToken::Unrevoked(token) => edited(author, deciding, &before, token, edit)?,
                StoredToken::Revoked(_) => relabelled(&before, edit)?,
            };
            if after == before {
                return Ok((Vec::new(), before));
            }
            let after = TokenRecord { version: current.saturating_add(1), ..after };
            let ends = before.token.end().is_none() && after.token.end().is_some();
            let (before, saved) = (Box::new(before), Box::new(after.clone()));
            let change = if ends {
                Change::TokenRevoked { before, after: saved }
            } else {
                Change::TokenUpdated { before, after: saved }
            };
            Ok((vec![change], after))
        })
    }
}

/// Permissions, then existence, then X07: what is answered before versions are compared.
fn authorize(
    Deciding { tx, authority, .. }: &mut Deciding<'_>,
    id: TokenId,
    edit: &SubmittedEdit,
) -> Result<TokenRecord, AdminError> {
    authority.require(&rights::TOKENS_UPDATE)?;
    let edit = good(edit);
    let ends = edit.revoked == Some(true);
    if ends {
        authority.require(&rights::TOKENS_REVOKE)?;
    }
    let record = found(*tx, id)?;
    if let (StoredToken::Unrevoked(token), false) = (&record.token, ends) {
        let grant = token.grant();
        let before = token_permissions(*tx, &grant.roles)?;
        let after = match &edit.roles {
            Some(roles) => token_permissions(*tx, roles)?,
            None => token_permissions(*tx, &grant.roles)?,
        };
        if lasts_longer(grant, edit) || reaches_further(grant, edit) {
            authority.hold_all(&after)?;
        }
        authority.hold_added(&before, &after)?;
    }
    Ok(record)
}

/// Whether an edit lets the token live beyond its present end, or again.
fn lasts_longer(grant: &Grant, edit: &EditToken) -> bool {
    match (grant.expires_at, edit.expires_at) {
        (Some(_), Some(None)) => true,
        (Some(end), Some(Some(new))) => end < new,
        (None, _) | (_, None) => false,
    }
}

/// Whether an edit lets the token be used from addresses it could not be used from.
fn reaches_further(grant: &Grant, edit: &EditToken) -> bool {
    let within = |new: &AllowedNetworks, old: &AllowedNetworks| new.is_within(old);
    match (&grant.allowed_networks, &edit.allowed_networks) {
        (Some(_), Some(None)) => true,
        (Some(old), Some(Some(new))) => !within(new, old),
        (None, _) | (_, None) => false,
    }
}

fn edited(
    author: &Author,
    Deciding { tx, now, .. }: &mut Deciding<'_>,
    before: &TokenRecord,
    token: &Token<Unrevoked>,
    edit: &SubmittedEdit,
) -> Result<TokenRecord, AdminError> {
    let mut refused = edit.as_ref().err().map(|refused| refused.errors.clone()).unwrap_or_default();
    let edit = good(edit);
    if let Some(roles) = &edit.roles {
        refused.extend(refused_roles(*tx, roles)?);
    }
    refused.extend(refused_expiry(token.grant(), edit, now.seconds()));
    if edit.reason.is_some() && edit.revoked != Some(true) {
        refused.push(FieldError::new("/reason", "a reason goes with `revoked: true`"));
    }
    if !refused.is_empty() {
        return Err(AdminError::Invalid(refused));
    }
    let old = token.grant().clone();
    let token = Token::unrevoked(Grant {
        name: edit.name.clone().unwrap_or(old.name),
        roles: edit.roles.clone().unwrap_or(old.roles),
        expires_at: edit.expires_at.unwrap_or(old.expires_at),
        allowed_networks: edit.allowed_networks.clone().unwrap_or(old.allowed_networks),
        ..old
    });
    let token = if edit.revoked == Some(true) {
        let end = Revoked { at: now.seconds(), by: author.actor.clone(), reason: edit.reason.clone() };
        StoredToken::Revoked(token.revoke(end))
    } else {
        StoredToken::Unrevoked(token)
    };
    let description = edit.description.clone().unwrap_or_else(|| before.description.clone());
    Ok(TokenRecord { token, description, ..before.clone() })
}

/// An expiry moves in place, ahead of now and up to the newest text's own; later needs a new text.
fn refused_expiry(grant: &Grant, edit: &EditToken, now: UnixSeconds) -> Option<FieldError> {
    let new = edit.expires_at?;
    if new == grant.expires_at {
        return None;
    }
    if new.is_some_and(|new| new <= now) {
        return Some(FieldError::new("/expires_at", "must lie in the future; to end a token now, revoke it"));
    }
    let last = grant.credentials.newest().expires_at?;
    let beyond = new.is_none_or(|new| last < new);
    beyond.then(|| {
        FieldError::new("/expires_at", "lies after the end that is written in the token's text; this needs a new text")
    })
}

/// Of a revoked token, name and description may still be changed; everything else is final.
fn relabelled(before: &TokenRecord, edit: &SubmittedEdit) -> Result<TokenRecord, AdminError> {
    let StoredToken::Revoked(token) = &before.token else { return Ok(before.clone()) };
    let grant = token.grant();
    // Only name and description can be refused as values here; any other field asks for what cannot be.
    let errors = edit.as_ref().err().map(|refused| refused.errors.as_slice()).unwrap_or_default();
    let relabels = |error: &FieldError| matches!(error.pointer.as_str(), "/name" | "/description");
    if !errors.iter().all(relabels) {
        return Err(AdminError::Conflict(Conflict::TokenRevoked));
    }
    let edit = good(edit);
    let differs = edit.roles.as_ref().is_some_and(|roles| *roles != grant.roles)
        || edit.expires_at.is_some_and(|end| end != grant.expires_at)
        || edit.allowed_networks.as_ref().is_some_and(|networks| *networks != grant.allowed_networks)
        || edit.revoked == Some(false)
        || edit.reason.as_ref().is_some_and(|reason| token.end().reason.as_ref() != Some(reason));
    if differs {
        return Err(AdminError::Conflict(Conflict::TokenRevoked));
    }
    if !errors.is_empty() {
        return Err(AdminError::Invalid(errors.to_vec()));
    }
    let grant = Grant { name: edit.name.clone().unwrap_or_else(|| grant.name.clone()), ..grant.clone() };
    let token = StoredToken::Revoked(Token::revoked(grant, token.end().clone()));
    let description = edit.description.clone().unwrap_or_else(|| before.description.clone());
    Ok(TokenRecord { token, description, ..before.clone() })
}
