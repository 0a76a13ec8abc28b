//! The JWTs issued for a token.

use crate::{CredentialId, KeyId, UnixSeconds};

/// How header and claims of a JWT are written; a number of ours, stored with each credential.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Encoding {
    /// Header `alg`, `kid`, `typ`; claims `iss`, `aud`, `sub`, `jti`, `iat`, `exp` if any; in this order, no blanks.
    V1,
}

impl Encoding {
    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::V1 => 1,
        }
    }

    /// The encoding with this number, if this version of the product knows it.
    #[must_use]
    pub const fn by_number(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::V1),
            _ => None,
        }
    }
}

/// When a JWT stops being good although its token goes on; set by rotation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ends {
    /// Good as long as the token is.
    Never,
    /// Refused from this second on.
    At(UnixSeconds),
    /// Refused from the first admitted call with a later JWT of the token on, and from `latest` on at the latest.
    OnFirstUse {
        /// The last moment.
        latest: UnixSeconds,
        /// When a later JWT was first used, if it was.
        used_at: Option<UnixSeconds>,
    },
}

impl Ends {
    /// The end that comes sooner, whichever that turns out to be. An end that came by use stays.
    #[must_use]
    pub fn or_sooner(self, other: Self) -> Self {
        match (self, other) {
            (ended @ Self::OnFirstUse { used_at: Some(_), .. }, _) => ended,
            (Self::Never, end) | (end, Self::Never) => end,
            (Self::At(one), Self::At(two)) => Self::At(one.min(two)),
            (
                Self::At(one) | Self::OnFirstUse { latest: one, used_at: None },
                Self::OnFirstUse { latest: two, used_at },
            ) => Self::OnFirstUse { latest: one.min(two), used_at },
            (Self::OnFirstUse { latest: one, used_at: None }, Self::At(two)) => {
                Self::OnFirstUse { latest: one.min(two), used_at: None }
            }
        }
    }

    /// Whether the first use of a later JWT would end it, and has not yet.
    #[must_use]
    pub fn waits_for_use(&self) -> bool {
        matches!(self, Self::OnFirstUse { used_at: None, .. })
    }

    /// The second from which on it has come at the latest; `None` where time alone never ends it.
    #[must_use]
    pub fn latest(&self) -> Option<UnixSeconds> {
        match self {
            Self::Never => None,
            Self::At(latest) | Self::OnFirstUse { latest, .. } => Some(*latest),
        }
    }

    /// Whether the end has come.
    #[must_use]
    pub fn has_come(&self, now: UnixSeconds) -> bool {
        match self {
            Self::Never => false,
            Self::At(end) => *end <= now,
            Self::OnFirstUse { latest, used_at } => used_at.is_some() || *latest <= now,
        }
    }
}

/// One JWT issued for a token: everything that is signed, and never the text itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// The claim `jti`.
    pub id: CredentialId,
    /// The key that signs it.
    pub key: KeyId,
    /// Exactly the claim `iat`.
    pub issued_at: UnixSeconds,
    /// Exactly the claim `exp`, if there is one.
    pub expires_at: Option<UnixSeconds>,
    /// How it is written.
    pub encoding: Encoding,
    /// When it is superseded.
    pub ends: Ends,
}

/// The JWTs of one token, oldest first; never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    older: Vec<Credential>,
    newest: Credential,
}

/// A token without any JWT does not exist.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a token has at least one credential")]
pub struct NoCredential;

impl Credentials {
    /// The first JWT of a new token.
    #[must_use]
    pub fn first(credential: Credential) -> Self {
        Self { older: Vec::new(), newest: credential }
    }

    /// The JWTs of a stored token, oldest first.
    ///
    /// # Errors
    ///
    /// [`NoCredential`] when there is none.
    pub fn stored(mut all: Vec<Credential>) -> Result<Self, NoCredential> {
        let newest = all.pop().ok_or(NoCredential)?;
        // Most tokens have one text, and guards keep very many tokens.
        all.shrink_to_fit();
        Ok(Self { older: all, newest })
    }

    /// The same with one more JWT; those before it end as told, or sooner if they had a sooner end.
    #[must_use]
    pub fn rotated(self, newest: Credential, ends: Ends) -> Self {
        let mut older = self.older;
        older.push(self.newest);
        for credential in &mut older {
            credential.ends = credential.ends.or_sooner(ends);
        }
        Self { older, newest }
    }

    /// The JWTs that an admitted call with `used` ends: those before it that wait for one.
    pub fn ended_by_use(&self, used: CredentialId) -> impl Iterator<Item = &Credential> {
        let position = self.iter().position(|credential| credential.id == used).unwrap_or(0);
        self.iter().take(position).filter(|credential| credential.ends.waits_for_use())
    }

    /// The same with at most `most`, as far as the oldest have ended: what is gone is refused like what never was.
    #[must_use]
    pub fn without_ended(mut self, most: usize, now: UnixSeconds) -> Self {
        let mut surplus = self.len().saturating_sub(most);
        self.older.retain(|credential| {
            let ended = credential.ends.has_come(now) || credential.expires_at.is_some_and(|end| end <= now);
            let goes = 0 < surplus && ended;
            surplus -= usize::from(goes);
            !goes
        });
        self
    }

    /// How many there are, 1 or more.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.older.len() + 1
    }

    /// The JWT that was issued last.
    #[must_use]
    pub fn newest(&self) -> &Credential {
        &self.newest
    }

    /// The JWT with this `jti`.
    #[must_use]
    pub fn find(&self, id: CredentialId) -> Option<&Credential> {
        self.iter().find(|credential| credential.id == id)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.older.iter().chain(core::iter::once(&self.newest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    fn credential(number: u8) -> Credential {
        Credential {
            id: format!("0192f3c1-7a52-7c11-8d4e-0242ac1200{number:02x}").parse().unwrap(),
            key: "k".parse().unwrap(),
            issued_at: at(0),
            expires_at: None,
            encoding: Encoding::V1,
            ends: Ends::Never,
        }
    }

    const fn waiting(latest: UnixSeconds) -> Ends {
        Ends::OnFirstUse { latest, used_at: None }
    }

    #[test]
    fn x04_the_sooner_of_two_ends_counts() {
        let used = Ends::OnFirstUse { latest: at(9), used_at: Some(at(3)) };
        for (one, two, expected) in [
            (Ends::Never, Ends::At(at(5)), Ends::At(at(5))),
            (Ends::At(at(5)), Ends::Never, Ends::At(at(5))),
            (Ends::At(at(5)), Ends::At(at(4)), Ends::At(at(4))),
            (Ends::At(at(5)), waiting(at(9)), waiting(at(5))),
            (waiting(at(9)), Ends::At(at(5)), waiting(at(5))),
            (waiting(at(4)), waiting(at(9)), waiting(at(4))),
            (used, Ends::At(at(2)), used),
            (used, waiting(at(20)), used),
        ] {
            assert_eq!(one.or_sooner(two), expected, "{one:?} and {two:?}");
        }
    }

    #[test]
    fn only_ended_texts_make_room() {
        let first = Credentials::first(credential(1));
        let two = first.clone().rotated(credential(2), Ends::At(at(5)));
        assert_eq!(two.clone().without_ended(1, at(4)).len(), 2);
        assert_eq!(two.clone().without_ended(2, at(5)).len(), 2);
        assert_eq!(two.without_ended(1, at(5)), Credentials::first(credential(2)));
    }

    #[test]
    fn x04_use_ends_only_what_waits_before_it() {
        let rotated = Credentials::first(credential(1))
            .rotated(credential(2), waiting(at(50)))
            .rotated(credential(3), waiting(at(40)));
        let ended = |number| {
            let ended = rotated.ended_by_use(credential(number).id).map(|credential| credential.id);
            ended.collect::<Vec<_>>()
        };
        assert_eq!(rotated.len(), 3);
        assert_eq!(rotated.newest().id, credential(3).id);
        assert_eq!(rotated.find(credential(1).id).unwrap().ends, waiting(at(40)));
        assert_eq!(ended(1), []);
        assert_eq!(ended(2), [credential(1).id]);
        assert_eq!(ended(3), [credential(1).id, credential(2).id]);
        assert_eq!(ended(9), []);
    }
}
