//! Everything a process needs to issue tokens and to check them: a key, an identity, roles, and the tokens themselves.

use core::fmt;
use std::collections::BTreeMap;

use token_authz::Policy;
use token_core::{
    Actor, Algorithm, BuiltIn, Credential, CredentialId, Credentials, Encoding, Ends, Grant, Identity, Inactive,
    KeyState, Permission, PublicKey, Revoked, Role, RoleId, RoleSet, StoredToken, Token, TokenId, UnixMicros,
    UnixSeconds,
};
use token_jwt::{KeyError, KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, SystemRandomness, TokenText};
use token_jwt::{UnverifiedJwt, VerifyError};

/// What cannot be issued, and why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Randomness(#[from] token_core::RandomnessFailed),
    #[error(transparent)]
    Text(#[from] token_core::TextError),
    #[error(transparent)]
    Rule(#[from] token_core::ParseRuleError),
    #[error(transparent)]
    Identity(#[from] token_core::ParseIdentityError),
    #[error(transparent)]
    Time(#[from] token_core::TimeError),
}

/// What is said about one text and one permission.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Allowed(TokenId),
    /// No good signature of ours, or not the text that was issued.
    NotOurs(Option<VerifyError>),
    Revoked,
    Inactive(Inactive),
    /// The token is good and its roles do not allow it.
    Denied,
}

/// See the module. A real one keeps key, roles and tokens on a disk.
pub(crate) struct Office {
    identity: Identity,
    public: PublicKey,
    key: SigningKey,
    ring: KeyRing,
    roles: Vec<Role>,
    policy: Policy,
    tokens: BTreeMap<TokenId, StoredToken>,
}

impl Office {
    pub(crate) fn open(now: UnixSeconds) -> Result<Self, Failure> {
        let identity = Identity { issuer: "https://assets.example".parse()?, audience: "assets".parse()? };
        let new = NewKey::generate(Algorithm::EdDsa)?;
        let public = new.public(KeyState::Signing, now)?;
        let key = SigningKey::open(public.algorithm, public.id.clone(), new.private())?;
        let ring = KeyRing::new(core::slice::from_ref(&public), Some(&identity))?;
        let (roles, policy, tokens) = (Vec::new(), Policy::default(), BTreeMap::new());
        Ok(Self { identity, public, key, ring, roles, policy, tokens })
    }

    /// A token with a role of its own, good for an hour.
    pub(crate) fn issue(&mut self, name: &str, rules: &[&str], now: UnixSeconds) -> Result<TokenText, Failure> {
        let (born, randomness) = (UnixMicros::new(now.get() * 1_000_000)?, SystemRandomness::new());
        let role = Role {
            id: RoleId::new(born, &randomness)?,
            name: name.parse()?,
            description: "".parse()?,
            rules: rules.iter().map(|rule| rule.parse()).collect::<Result<_, _>>()?,
            version: 1,
        };
        let credential = Credential {
            id: CredentialId::new(born, &randomness)?,
            key: self.public.id.clone(),
            issued_at: now,
            expires_at: Some(UnixSeconds::new(now.get() + 3_600)?),
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let id = TokenId::new(born, &randomness)?;
        let text = self.key.sign(&SigningInput::new(&self.identity, id, &credential, self.public.algorithm))?;
        let grant = Grant {
            id,
            name: name.parse()?,
            roles: RoleSet::from([role.id]),
            expires_at: credential.expires_at,
            allowed_networks: None,
            credentials: Credentials::first(credential),
        };
        self.tokens.insert(id, StoredToken::Unrevoked(Token::unrevoked(grant)));
        self.roles.push(role);
        self.policy = Policy::new(self.roles.clone());
        Ok(text)
    }

    /// Ends a token for good.
    pub(crate) fn revoke(&mut self, id: TokenId, at: UnixSeconds) {
        if let Some(StoredToken::Unrevoked(token)) = self.tokens.remove(&id) {
            let end = Revoked { at, by: Actor::System, reason: None };
            self.tokens.insert(id, StoredToken::Revoked(token.revoke(end)));
        }
    }

    /// The whole way from a text to a decision. Each step can only be done with what the one before it gave.
    pub(crate) fn decide(&self, text: &str, permission: &Permission, now: UnixSeconds) -> Verdict {
        // Shape, then signature and claims: until then nothing of the text is believed, or even readable.
        let verified = UnverifiedJwt::parse(text, MAX_TOKEN).and_then(|jwt| self.ring.verify(&jwt));
        let claims = match verified {
            Ok(claims) => claims,
            Err(why) => return Verdict::NotOurs(Some(why)),
        };
        // The token itself: it must have been issued exactly so, be unrevoked, and be in its time.
        let Some(stored) = self.tokens.get(&claims.sub()) else { return Verdict::NotOurs(None) };
        let issued = stored.grant().credentials.find(claims.jti());
        if !issued.is_some_and(|credential| claims.is_exactly(&self.identity, claims.sub(), credential)) {
            return Verdict::NotOurs(None);
        }
        let StoredToken::Unrevoked(token) = stored else { return Verdict::Revoked };
        let active = match token.admit(claims.jti(), now, None) {
            Ok(active) => active,
            Err(why) => return Verdict::Inactive(why),
        };
        // Only now: what do its roles say? A service that decides often keeps what `holder` gives.
        let held = self.policy.holder(&active.grant().roles, BuiltIn::AllExternalApplications);
        if held.decide(permission).is_allowed() { Verdict::Allowed(claims.sub()) } else { Verdict::Denied }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(_) => f.write_str("allowed"),
            Self::NotOurs(Some(why)) => write!(f, "refused: {why}"),
            Self::NotOurs(None) => f.write_str("refused: it is no text of this process"),
            Self::Revoked => f.write_str("refused: the token is revoked"),
            Self::Inactive(why) => write!(f, "refused: {why}"),
            Self::Denied => f.write_str("denied: no rule allows it, or one denies it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use token_core::permission;

    use super::*;

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    #[test]
    fn s35_a_text_passes_until_its_token_ends() {
        let mut office = Office::open(at(1_000)).unwrap();
        let text = office.issue("reader", &["allow assets:read"], at(1_000)).unwrap();
        let read = permission!("assets:read");
        let decide = |office: &Office, now| office.decide(text.expose(), &read, at(now));
        let Verdict::Allowed(id) = decide(&office, 4_599) else { panic!("allowed in its time") };
        assert_eq!(decide(&office, 4_600), Verdict::Inactive(Inactive::Expired));
        office.revoke(id, at(2_000));
        assert_eq!(decide(&office, 2_000), Verdict::Revoked);
    }

    #[test]
    fn a_text_of_another_process_is_not_ours() {
        let other = Office::open(at(0)).unwrap().issue("reader", &["allow *:*"], at(0)).unwrap();
        let verdict = Office::open(at(0)).unwrap().decide(other.expose(), &permission!("a:b"), at(0));
        assert_eq!(verdict, Verdict::NotOurs(Some(VerifyError::UnknownHeader)));
    }
}
