//! Whoever a request was admitted for.

use std::sync::Arc;

use token_admin::{Secret, SignedIn};
use token_core::{Actor, Permission, TokenId, UserId};
use token_guard::{Caller, Refusal};

/// The admitted asker of one request. Made by admission alone.
#[derive(Clone, Debug)]
pub(crate) enum Asker {
    /// An external application, by its token.
    Token(Caller),
    /// Somebody who signed in.
    Person(Person),
}

/// Somebody who signed in, and the session they use now.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Who, and what they may do as of this request.
    pub(crate) signed_in: Arc<SignedIn>,
    /// What their cookie holds.
    pub(crate) secret: Secret,
}

impl Asker {
    /// As the changelog will name it.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Token(caller) => caller.actor(),
            Self::Person(person) => person.signed_in.user.actor(),
        }
    }

    /// Refuses askers without `permission`.
    pub(crate) fn require(&self, permission: &Permission) -> Result<(), Refusal> {
        match self {
            Self::Token(caller) => caller.require(permission),
            Self::Person(person) if person.signed_in.permissions.decide(permission).is_allowed() => Ok(()),
            Self::Person(_) => Err(Refusal::Missing(permission.clone())),
        }
    }

    /// For whatever belongs to one asker alone.
    pub(crate) fn id(&self) -> AskerId {
        match self {
            Self::Token(caller) => AskerId::of_token(caller.id()),
            Self::Person(person) => AskerId::of_person(person.signed_in.user.id),
        }
    }
}

/// Who asks, for what belongs to one asker alone, e.g. cursors: kind and id, so that no token is ever taken for a
/// person.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct AskerId([u8; 17]);

impl AskerId {
    pub(crate) fn of_token(id: TokenId) -> Self {
        Self::new(1, id.as_bytes())
    }

    pub(crate) fn of_person(id: UserId) -> Self {
        Self::new(2, id.as_bytes())
    }

    fn new(kind: u8, id: &[u8; 16]) -> Self {
        let mut bytes = [kind; 17];
        if let Some((_, rest)) = bytes.split_first_mut() {
            rest.copy_from_slice(id);
        }
        Self(bytes)
    }

    /// One byte for the kind, 16 for the id.
    pub(crate) fn as_bytes(&self) -> &[u8; 17] {
        &self.0
    }
}
