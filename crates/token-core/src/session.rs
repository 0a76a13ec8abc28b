//! Sessions of people who signed in, and the one-time code of the first person. What the browser or the operator holds
//! is a secret of 256 bits; here is only its SHA-256.

use std::net::IpAddr;

use crate::{UnixSeconds, UserId};

/// The SHA-256 of a secret of 256 random bits: enough to know it again, useless to whoever reads it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretDigest(pub [u8; 32]);

/// One sign-in of one person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Session {
    /// What the cookie's secret is known by.
    pub digest: SecretDigest,
    /// Whose.
    pub user: UserId,
    /// When they signed in.
    pub created_at: UnixSeconds,
    /// When it was last used; behind by a minute at most.
    pub seen_at: UnixSeconds,
    /// Refused from this second on, however much it is used.
    pub expires_at: UnixSeconds,
    /// Where they signed in from.
    pub address: Option<IpAddr>,
}

/// The one-time code that makes the first person, as it is stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SetupCode {
    /// What the code is known by.
    pub digest: SecretDigest,
    /// Refused from this second on.
    pub expires_at: UnixSeconds,
}
