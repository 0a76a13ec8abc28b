//! Refused calls, counted: strangers must neither flood the log nor queue on its lock, so calls become numbers.

use crate::{TokenId, UserId};

/// Why calls were refused, as far as the log tells it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RefusedReason {
    /// No credentials were sent.
    NoCredentials,
    /// More than one was sent.
    SeveralCredentials,
    /// A text that no good signature of ours vouches for, or of an unknown token.
    Invalid,
    /// An expired token.
    Expired,
    /// A revoked token.
    Revoked,
    /// A text that a newer one took the place of.
    Superseded,
    /// A token that is not for the caller's address.
    Address,
    /// A good token without the permission.
    Permission,
    /// A text not seen before, from an address that had as many signatures checked as it may.
    TooManyChecks,
}

impl RefusedReason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NoCredentials,
        Self::SeveralCredentials,
        Self::Invalid,
        Self::Expired,
        Self::Revoked,
        Self::Superseded,
        Self::Address,
        Self::Permission,
        Self::TooManyChecks,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCredentials => "no credentials",
            Self::SeveralCredentials => "several credentials",
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
            Self::Address => "address",
            Self::Permission => "permission",
            Self::TooManyChecks => "too many checks",
        }
    }
}

/// How many calls were refused for one reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefusedCalls {
    /// Why.
    pub reason: RefusedReason,
    /// Whose; `None` where no good signature tells it.
    pub token: Option<TokenId>,
    /// How many, 1 or more.
    pub count: u64,
}

/// How many sign-ins were refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefusedSignIns {
    /// Whose; `None` where the name is nobody's.
    pub user: Option<UserId>,
    /// How many, 1 or more.
    pub count: u64,
}
