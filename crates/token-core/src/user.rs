//! People who administer.

use core::fmt;

use crate::{Actor, DisplayName, RoleSet, UnixSeconds, UserId, Username};

/// A person with an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name they sign in with; unique in its folded form.
    pub username: Username,
    /// What others call them; may be empty.
    pub display_name: DisplayName,
    /// Explicit roles only, at most [`crate::limits::ROLES_PER_USER`]; the implicit one is added when permissions are
    /// computed.
    pub roles: RoleSet,
    /// Whether they may sign in.
    pub enabled: bool,
}

impl User {
    /// This person as an event names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person { id: self.id, name: self.username.clone() }
    }
}

/// A person, and what is stored around them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserRecord {
    /// The person.
    pub user: User,
    /// What their password is checked against; nobody signs in without one.
    pub password: Option<PasswordHash>,
    /// When the account was made.
    pub created_at: UnixSeconds,
    /// Who made it.
    pub created_by: Actor,
    /// Counts saves from 1; the HTTP `ETag`.
    pub version: u64,
}

impl UserRecord {
    /// Who.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id
    }
}

/// What people a role's holders are counted for: enough to know whether anybody is left who can sign in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Holders {
    /// Enabled people who hold the role explicitly.
    pub enabled: u64,
    /// Those of them who have a password.
    pub with_password: u64,
}

/// Why a text is no password hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected an argon2id hash in PHC form, of at most {MAX_HASH_BYTES} bytes")]
pub struct ParsePasswordHashError;

/// Longest stored hash in bytes.
const MAX_HASH_BYTES: usize = 256;

/// What a password is checked against: an argon2id hash in PHC form, e.g. `$argon2id$v=19$m=19456,t=2,p=1$…`.
///
/// No secret as such, but whoever reads it may guess: it is never printed, and stands in no event and no answer.
#[derive(Clone, Eq, PartialEq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The text as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = ParsePasswordHashError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let shaped = text.starts_with("$argon2id$") && text.bytes().all(|byte| byte.is_ascii_graphic());
        if shaped && text.len() <= MAX_HASH_BYTES { Ok(Self(text)) } else { Err(ParsePasswordHashError) }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p55_a_hash_is_never_printed() {
        let hash = PasswordHash::try_from("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()).unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash(redacted)");
        for bad in ["", "secret", "$argon2i$v=19$x", "$argon2id$v=19$m=1 9"] {
            assert_eq!(PasswordHash::try_from(bad.to_owned()), Err(ParsePasswordHashError), "{bad}");
        }
    }
}
