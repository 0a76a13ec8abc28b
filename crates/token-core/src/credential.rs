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
        Ok(Self { older: all, newest })
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
