//! People who administer.

use std::collections::BTreeSet;

use crate::{RoleId, UserId, Username};

/// A person with an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name they sign in with; unique in its folded form.
    pub username: Username,
    /// Explicit roles only; the implicit one is added when permissions are computed.
    pub roles: BTreeSet<RoleId>,
    /// Whether they may sign in.
    pub enabled: bool,
}
