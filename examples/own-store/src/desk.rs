//! Issues tokens and ends them.
use std::sync::Arc;

use token_core::{
    Actor, Algorithm, Clock, Credential, CredentialId, Credentials, Encoding, Ends, Grant, Identity, KeyState,
    PublicKey, Revoked, Role, RoleId, RoleSet, StoredToken, Token, TokenId,
};
use token_guard::Guard;
use token_jwt::{NewKey, SigningInput, SigningKey, SystemRandomness, TokenText};

use crate::store::OwnStore;

/// What does not go on, and why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Key(#[from] token_jwt::KeyError),
    #[error(transparent)]
    Randomness(#[from] token_core::RandomnessFailed),
    #[error(transparent)]
    Name(#[from] token_core::TextError),
    #[error(transparent)]
    Rule(#[from] token_core::ParseRuleError),
    #[error(transparent)]
    Identity(#[from] token_core::ParseIdentityError),
    #[error("cannot follow the store: {0}")]
    Store(#[from] token_core::StoreError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Who makes tokens, with the key that signs them. What it does is in force at its guard when it has returned.
pub(crate) struct Desk {
    store: OwnStore,
    clock: Arc<dyn Clock>,
    identity: Identity,
    public: PublicKey,
    key: SigningKey,
    guard: Arc<Guard>,
}

impl Desk {
    /// A desk with a new key. A service that keeps its tokens keeps the key too: sealed, and readable for nobody else.
    pub(crate) fn open(store: OwnStore, clock: Arc<dyn Clock>, guard: Arc<Guard>) -> Result<Self, Failure> {
        let identity = Identity { issuer: "https://assets.example".parse()?, audience: "assets".parse()? };
        let new = NewKey::generate(Algorithm::EdDsa)?;
        let public = new.public(KeyState::Signing, clock.now().seconds())?;
        let key = SigningKey::open(public.algorithm, public.id.clone(), new.private())?;
        store.change_rules(|rules| {
            rules.keys.keys.push(public.clone());
            rules.keys.identity = Some(identity.clone());
        });
        guard.look()?;
        Ok(Self { store, clock, identity, public, key, guard })
    }

    /// A token with a role of its own.
    pub(crate) fn issue(&self, name: &str, rules: &[&str]) -> Result<TokenText, Failure> {
        let (now, randomness) = (self.clock.now(), SystemRandomness::new());
        let role = Role {
            id: RoleId::new(now, &randomness)?,
            name: name.parse()?,
            description: "".parse()?,
            rules: rules.iter().map(|rule| rule.parse()).collect::<Result<_, _>>()?,
            version: 1,
        };
        let credential = Credential {
            id: CredentialId::new(now, &randomness)?,
            key: self.public.id.clone(),
            issued_at: now.seconds(),
            expires_at: None,
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let id = TokenId::new(now, &randomness)?;
        let text = self.key.sign(&SigningInput::new(&self.identity, id, &credential, self.public.algorithm))?;
        let grant = Grant {
            id,
            name: name.parse()?,
            roles: RoleSet::from([role.id]),
            expires_at: None,
            allowed_networks: None,
            credentials: Credentials::first(credential),
        };
        self.store.change_rules(|rules| rules.roles.push(role));
        self.store.change_token(id, |_| Some(StoredToken::Unrevoked(Token::unrevoked(grant))));
        self.guard.look()?;
        Ok(text)
    }

    /// Ends a token for good; nothing happens to one that has ended, or that there is not.
    pub(crate) fn revoke(&self, id: TokenId, by: Actor) -> Result<(), Failure> {
        let end = Revoked { at: self.clock.now().seconds(), by, reason: None };
        self.store.change_token(id, |stored| {
            stored.map(|stored| match stored {
                StoredToken::Unrevoked(token) => StoredToken::Revoked(token.revoke(end)),
                ended @ StoredToken::Revoked(_) => ended,
            })
        });
        self.guard.look()?;
        Ok(())
    }
}
