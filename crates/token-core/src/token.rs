//! The token and its lifecycle: a revoked token has no way back, and "active" is a proof good for one instant.
use std::net::IpAddr;

use crate::{
    Actor, AllowedNetworks, Credential, CredentialId, Credentials, Description, Ends, Reason, RoleSet, TokenId,
    TokenName, UnixSeconds,
};

/// What a token grants, to whom, for how long: everything a check needs to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// The claim `sub` of its JWTs.
    pub id: TokenId,
    /// What people call it.
    pub name: TokenName,
    /// Explicit roles only; the implicit one is added when permissions are computed.
    pub roles: RoleSet,
    /// The token is refused from this second on.
    pub expires_at: Option<UnixSeconds>,
    /// Calls from elsewhere are refused; `None` for no restriction.
    pub allowed_networks: Option<AllowedNetworks>,
    /// The JWTs issued for it.
    pub credentials: Credentials,
}

impl Grant {
    /// The second from which on one of its JWTs is refused, as far as the time alone ends it: the earliest end of token and
    /// text, that of a replaced text included.
    #[must_use]
    pub fn ends_at(&self, credential: &Credential) -> Option<UnixSeconds> {
        [self.expires_at, credential.expires_at, credential.ends.latest()].into_iter().flatten().min()
    }
}

/// The state of a token that nobody ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unrevoked;

/// The end of a token: when, by whom, why. Final.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revoked {
    /// From this second on.
    pub at: UnixSeconds,
    /// Who did it.
    pub by: Actor,
    /// Why, if somebody said so.
    pub reason: Option<Reason>,
}

/// A token and what is known of its end: `Token<Unrevoked>` or `Token<Revoked>`.
///
/// ```compile_fail
/// use token_core::{Revoked, Token, Unrevoked};
/// fn back(token: Token<Revoked>) -> Token<Unrevoked> {
///     Token { state: Unrevoked, ..token }
/// }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Token<S> {
    grant: Grant,
    /// Takes no room of its own but for the few that were ended.
    state: Box<S>,
}

impl<S> Token<S> {
    /// What it grants.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }
}

impl Token<Unrevoked> {
    /// A token that nobody ended.
    #[must_use]
    pub fn unrevoked(grant: Grant) -> Self {
        Self { grant, state: Box::new(Unrevoked) }
    }

    /// Ends the token. Nothing takes a `Token<Revoked>` and returns a `Token<Unrevoked>`.
    ///
    /// While a proof of being active is held, this does not compile:
    ///
    /// ```compile_fail
    /// use token_core::{CredentialId, Revoked, Token, Unrevoked, UnixSeconds};
    /// fn race(token: Token<Unrevoked>, end: Revoked, jti: CredentialId, now: UnixSeconds) {
    ///     let active = token.admit(jti, now, None);
    ///     let revoked = token.revoke(end);
    ///     drop(active);
    /// }
    /// ```
    #[must_use]
    pub fn revoke(self, revoked: Revoked) -> Token<Revoked> {
        Token { grant: self.grant, state: Box::new(revoked) }
    }

    /// Admits one JWT of the token at `now` for a call from `peer`.
    ///
    /// # Errors
    ///
    /// [`Inactive`], in this order: unknown credential, expired (from the second `exp` on, RFC 7519 §4.1.4),
    /// superseded, wrong address. An unknown peer address is outside every network.
    pub fn admit(
        &self,
        jti: CredentialId,
        now: UnixSeconds,
        peer: Option<IpAddr>,
    ) -> Result<ActiveToken<'_>, Inactive> {
        let credential = self.grant.credentials.find(jti).ok_or(Inactive::UnknownCredential)?;
        let over = |end: Option<UnixSeconds>| end.is_some_and(|end| end <= now);
        if over(self.grant.expires_at) || over(credential.expires_at) {
            return Err(Inactive::Expired);
        }
        if credential.ends.has_come(now) {
            return Err(Inactive::Superseded);
        }
        if let Some(networks) = &self.grant.allowed_networks
            && !peer.is_some_and(|peer| networks.contains(peer))
        {
            return Err(Inactive::Address);
        }
        Ok(ActiveToken { grant: &self.grant, credential })
    }
}

impl Token<Revoked> {
    /// A token as it was ended.
    #[must_use]
    pub fn revoked(grant: Grant, end: Revoked) -> Self {
        Self { grant, state: Box::new(end) }
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> &Revoked {
        &self.state
    }
}

/// Why a JWT of an unrevoked token is refused. Closed: a new reason breaks the build where reasons are answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Inactive {
    /// The token has no such `jti`.
    #[error("the token has no such credential")]
    UnknownCredential,
    /// `exp` of the token or of the text has come.
    #[error("the token is expired")]
    Expired,
    /// Rotation ended this text.
    #[error("the token text was superseded by a newer one")]
    Superseded,
    /// The call comes from outside the allowed networks.
    #[error("the token is not allowed from this address")]
    Address,
}

/// Proof that a token was unrevoked, in its window and rightly placed; permission checks accept nothing else.
///
/// There is one maker, [`Token::<Unrevoked>::admit`]:
///
/// ```compile_fail
/// use token_core::{ActiveToken, Credential, Grant};
/// fn forge<'a>(grant: &'a Grant, credential: &'a Credential) -> ActiveToken<'a> {
///     ActiveToken { grant, credential }
/// }
/// ```
///
/// ```compile_fail
/// use token_core::{CredentialId, Revoked, Token, UnixSeconds};
/// fn admit_revoked(token: &Token<Revoked>, jti: CredentialId, now: UnixSeconds) {
///     let _ = token.admit(jti, now, None);
/// }
/// ```
#[derive(Debug)]
pub struct ActiveToken<'a> {
    grant: &'a Grant,
    credential: &'a Credential,
}

impl<'a> ActiveToken<'a> {
    /// What it grants.
    #[must_use]
    pub fn grant(&self) -> &'a Grant {
        self.grant
    }

    /// The JWT that was presented.
    #[must_use]
    pub fn credential(&self) -> &'a Credential {
        self.credential
    }
}

/// A token as it is stored. Only the first kind can be admitted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoredToken {
    /// Nobody ended it; it may have expired.
    Unrevoked(Token<Unrevoked>),
    /// Ended for good.
    Revoked(Token<Revoked>),
}

impl StoredToken {
    /// What it grants, or granted.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        match self {
            Self::Unrevoked(token) => token.grant(),
            Self::Revoked(token) => token.grant(),
        }
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn end(&self) -> Option<&Revoked> {
        match self {
            Self::Unrevoked(_) => None,
            Self::Revoked(token) => Some(token.end()),
        }
    }
}

/// A token with what only administrators ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenRecord {
    /// The token.
    pub token: StoredToken,
    /// What it is for.
    pub description: Description,
    /// When it was made.
    pub created_at: UnixSeconds,
    /// Who made it.
    pub created_by: Actor,
    /// Counts saves from 1; the HTTP `ETag`.
    pub version: u64,
}

impl TokenRecord {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.token.grant().id
    }

    /// When one of its JWTs is superseded.
    #[must_use]
    pub fn ends_of(&self, id: CredentialId) -> Option<Ends> {
        self.token.grant().credentials.find(id).map(|credential| credential.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoding, Ends, UnixMicros};

    struct Counter;
    impl crate::Randomness for Counter {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), crate::RandomnessFailed> {
            bytes.fill(7);
            Ok(())
        }
    }

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    fn grant(expires: Option<i64>, ends: Ends) -> Grant {
        let birth = UnixMicros::new(1).unwrap();
        let credential = Credential {
            id: CredentialId::new(birth, &Counter).unwrap(),
            key: "k".parse().unwrap(),
            issued_at: at(0),
            expires_at: expires.map(at),
            encoding: Encoding::V1,
            ends,
        };
        Grant {
            id: TokenId::new(birth, &Counter).unwrap(),
            name: "t".parse().unwrap(),
            roles: RoleSet::none(),
            expires_at: expires.map(at),
            allowed_networks: None,
            credentials: Credentials::first(credential),
        }
    }

    fn admit(grant: &Grant, now: i64, peer: Option<&str>) -> Option<Inactive> {
        let jti = grant.credentials.newest().id;
        let peer = peer.map(|peer| peer.parse().unwrap());
        Token::unrevoked(grant.clone()).admit(jti, at(now), peer).err()
    }

    #[test]
    fn s24_p02_window_is_half_open() {
        let grant = grant(Some(100), Ends::Never);
        assert_eq!(admit(&grant, 99, None), None);
        assert_eq!(admit(&grant, 100, None), Some(Inactive::Expired));
        assert_eq!(admit(&grant, 101, None), Some(Inactive::Expired));
    }

    #[test]
    fn the_earlier_of_token_and_text_decides() {
        let mut earlier = grant(Some(100), Ends::Never);
        earlier.expires_at = Some(at(50));
        assert_eq!(admit(&earlier, 50, None), Some(Inactive::Expired));
        earlier.expires_at = None;
        assert_eq!(admit(&earlier, 100, None), Some(Inactive::Expired));
    }

    #[test]
    fn superseded_by_time_or_use() {
        assert_eq!(admit(&grant(None, Ends::At(at(5))), 4, None), None);
        assert_eq!(admit(&grant(None, Ends::At(at(5))), 5, None), Some(Inactive::Superseded));
        let waiting = Ends::OnFirstUse { latest: at(9), used_at: None };
        assert_eq!(admit(&grant(None, waiting), 8, None), None);
        assert_eq!(admit(&grant(None, waiting), 9, None), Some(Inactive::Superseded));
        let used = Ends::OnFirstUse { latest: at(9), used_at: Some(at(3)) };
        assert_eq!(admit(&grant(None, used), 4, None), Some(Inactive::Superseded));
    }

    #[test]
    fn a_text_passes_until_the_second_it_ends_at() {
        for expires in [None, Some(5), Some(100)] {
            for ends in [Ends::Never, Ends::At(at(9)), Ends::OnFirstUse { latest: at(9), used_at: None }] {
                for token_expires in [None, Some(7), Some(200)] {
                    let grant = Grant { expires_at: token_expires.map(at), ..grant(expires, ends) };
                    let last = grant.ends_at(grant.credentials.newest()).map_or(i64::MAX, UnixSeconds::get);
                    for now in [0, 4, 5, 6, 7, 8, 9, 99, 100, 199, 200] {
                        assert_eq!(admit(&grant, now, None).is_none(), now < last, "{grant:?} at {now}");
                    }
                }
            }
        }
    }

    #[test]
    fn unknown_credentials_and_foreign_addresses_are_refused() {
        let mut placed = grant(None, Ends::Never);
        let other = CredentialId::new(UnixMicros::new(5_000_000).unwrap(), &Counter).unwrap();
        let token = Token::unrevoked(placed.clone());
        assert_eq!(token.admit(other, at(1), None).err(), Some(Inactive::UnknownCredential));
        placed.allowed_networks = Some(AllowedNetworks::parse(["10.0.0.0/8"]).unwrap());
        assert_eq!(admit(&placed, 1, Some("10.1.2.3")), None);
        assert_eq!(admit(&placed, 1, Some("::ffff:10.1.2.3")), None);
        assert_eq!(admit(&placed, 1, Some("11.1.2.3")), Some(Inactive::Address));
        assert_eq!(admit(&placed, 1, None), Some(Inactive::Address));
    }
}
