//! Create: a token and its first text.

use std::collections::HashMap;

use token_core::{
    Author, Change, Credential, CredentialId, Credentials, Encoding, Ends, Grant, IdempotencyKey, Identity, Load,
    Randomness, RoleSet, SealedKey, StoredToken, Token, TokenId, TokenRecord, UnixMicros,
};
use token_jwt::{SigningInput, TokenText};

use super::refused_roles;
use super::repeat::{Canonical, Route};
use crate::authority::token_permissions;
use crate::transaction::Deciding;
use crate::{
    Admin, AdminError, Created, Done, EditToken, FieldError, Issued, NewToken, Settings, Signer, Submitted, rights,
};

impl Admin {
    /// Makes a token and signs its first text.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:create`; [`AdminError::NotHeld`] when the token could do what the
    /// author cannot; [`AdminError::Invalid`] for unknown roles or an expiry that is not ahead;
    /// [`AdminError::CannotSign`]; [`AdminError::Store`].
    pub fn create_token(&self, author: &Author, new: &NewToken) -> Result<Done<Created>, AdminError> {
        self.create_submitted(author, &Ok(new.clone()))
    }

    /// The same for values as somebody submitted them: what is wrong with those that are good by themselves is told
    /// together with those that are not.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::create_token`].
    pub fn create_submitted(
        &self,
        author: &Author,
        new: &Submitted<NewToken, EditToken>,
    ) -> Result<Done<Created>, AdminError> {
        self.signer.master()?;
        self.write(author, |deciding| {
            let new = accepted(new, deciding)?;
            self.decide_create(author, new, deciding)
        })
    }

    /// The same for a request that may be repeated: with the key of an earlier one nothing is made, and what that one
    /// made is answered. Whether the author may still create, and holds what the token may do, is asked again.
    ///
    /// # Errors
    ///
    /// Those of [`Admin::create_token`]; with a key also [`AdminError::KeyReused`], [`AdminError::Gone`], and
    /// [`AdminError::Conflict`] when the key that signed the text was withdrawn.
    pub fn create_once(
        &self,
        author: &Author,
        new: &Submitted<NewToken, EditToken>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Done<Issued>, AdminError> {
        self.signer.master()?;
        // Values that are refused made nothing before, whatever their key.
        let asked = key.zip(new.as_ref().ok());
        let asked = asked.map(|(key, new)| self.asked(author, Route::Create, key, &Canonical::of_new(new)));
        let asked = asked.transpose()?;
        self.write(author, |deciding| {
            deciding.authority.require(&rights::TOKENS_CREATE)?;
            if let Some(asked) = &asked
                && let Some(repeated) = self.repeated(asked, deciding)?
            {
                return Ok(repeated);
            }
            let new = accepted(new, deciding)?;
            let (changes, created) = self.decide_create(author, new, deciding)?;
            let at = deciding.now.seconds();
            let changes = match asked {
                Some(asked) => asked.remember(changes, &created, at),
                None => changes,
            };
            Ok((changes, Issued::Now(created)))
        })
    }

    fn decide_create(
        &self,
        author: &Author,
        new: &NewToken,
        deciding: &mut Deciding<'_>,
    ) -> Result<(Vec<Change>, Created), AdminError> {
        let birth = Birth::prepare(deciding, &self.settings)?;
        let record = birth.record(new, author, self.randomness.as_ref())?;
        let text = birth.sign(deciding.tx, &record, &self.signer)?;
        let mut changes = Vec::new();
        changes.extend(birth.first.map(Change::IdentityFixed));
        changes.push(Change::TokenCreated(Box::new(record.clone())));
        Ok((changes, Created { record, text }))
    }
}

/// What all tokens that are made at one instant have in common.
pub(super) struct Birth {
    key: SealedKey,
    identity: Identity,
    /// The same, if it is fixed with this token.
    pub(super) first: Option<Identity>,
    now: UnixMicros,
}

impl Birth {
    pub(super) fn prepare(
        Deciding { tx, now, .. }: &mut Deciding<'_>,
        settings: &Settings,
    ) -> Result<Self, AdminError> {
        let key = Signer::signing_key(*tx)?;
        let stored = tx.identity()?;
        let first = if stored.is_none() { Some(settings.identity.clone()) } else { None };
        let identity = stored.unwrap_or_else(|| settings.identity.clone());
        Ok(Self { key, identity, first, now: *now })
    }

    /// A new token with its first JWT.
    pub(super) fn record(
        &self,
        new: &NewToken,
        author: &Author,
        randomness: &dyn Randomness,
    ) -> Result<TokenRecord, AdminError> {
        let created_at = self.now.seconds();
        let credential = Credential {
            id: CredentialId::new(self.now, randomness)?,
            key: self.key.public.id.clone(),
            issued_at: created_at,
            expires_at: new.expires_at,
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let grant = Grant {
            id: TokenId::new(self.now, randomness)?,
            name: new.name.clone(),
            roles: new.roles.clone(),
            expires_at: new.expires_at,
            allowed_networks: new.allowed_networks.clone(),
            credentials: Credentials::first(credential),
        };
        Ok(TokenRecord {
            token: StoredToken::Unrevoked(Token::unrevoked(grant)),
            description: new.description.clone(),
            created_at,
            created_by: author.actor.clone(),
            version: 1,
        })
    }

    /// The text of a token that was just made.
    pub(super) fn sign(
        &self,
        tx: &mut dyn Load,
        record: &TokenRecord,
        signer: &Signer,
    ) -> Result<TokenText, AdminError> {
        let credential = record.token.grant().credentials.newest();
        let input = SigningInput::new(&self.identity, record.id(), credential, self.key.public.algorithm);
        signer.sign(tx, &self.key, &input)
    }
}

/// The submitted values, if nothing is wrong with them: permissions, what would be given away, then every field.
fn accepted<'a>(
    new: &'a Submitted<NewToken, EditToken>,
    deciding: &mut Deciding<'_>,
) -> Result<&'a NewToken, AdminError> {
    deciding.authority.require(&rights::TOKENS_CREATE)?;
    let refused = refused_values(new, deciding, &mut HashMap::new())?;
    match new {
        Ok(new) if refused.is_empty() => Ok(new),
        _ => Err(AdminError::Invalid(refused)),
    }
}

/// Everything that is wrong with submitted values; what is to be said of a set of roles is looked up in `known` first.
pub(super) fn refused_values(
    new: &Submitted<NewToken, EditToken>,
    Deciding { tx, authority, now }: &mut Deciding<'_>,
    known: &mut HashMap<RoleSet, Vec<FieldError>>,
) -> Result<Vec<FieldError>, AdminError> {
    let nothing = RoleSet::none();
    let (roles, expires_at, mut refused) = match new {
        Ok(new) => (&new.roles, new.expires_at, Vec::new()),
        Err(refused) => {
            let good = &refused.good;
            (good.roles.as_ref().unwrap_or(&nothing), good.expires_at.flatten(), refused.errors.clone())
        }
    };
    if let Some(errors) = known.get(roles) {
        refused.extend(errors.iter().cloned());
    } else {
        authority.hold_all(&token_permissions(*tx, roles)?)?;
        let errors = refused_roles(*tx, roles)?;
        refused.extend(errors.iter().cloned());
        known.insert(roles.clone(), errors);
    }
    if expires_at.is_some_and(|end| end <= now.seconds()) {
        refused.push(FieldError::new("/expires_at", "must lie in the future"));
    }
    Ok(refused)
}
