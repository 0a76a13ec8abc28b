//! What the author of a change may do, read under the same lock as everything the change is decided on.

use token_authz::{NotHeld, Permissions, ensure_all_held, ensure_edit_held, ensure_held};
use token_core::{Actor, Author, BuiltIn, Load, Permission, RoleSet, Rule, StoredToken, UnixSeconds};

use crate::AdminError;

/// The author's effective permissions at this instant.
#[derive(Debug)]
pub(crate) enum Authority {
    /// The command line on the machine itself, and the product: logged, not limited.
    Exempt,
    /// A token, or a person.
    Holder(Box<Permissions>),
}

impl Authority {
    /// Reads what `author` may do at `now`.
    pub(crate) fn load(tx: &mut dyn Load, author: &Author, now: UnixSeconds) -> Result<Self, AdminError> {
        match &author.actor {
            Actor::CommandLine | Actor::System => Ok(Self::Exempt),
            Actor::Person { id, .. } => match tx.user(*id)? {
                Some(record) if record.user.enabled => {
                    Ok(Self::Holder(Box::new(person_permissions(tx, &record.user.roles)?)))
                }
                Some(_) | None => Err(AdminError::CallerGone),
            },
            Actor::Token { id, .. } => {
                let Some(StoredToken::Unrevoked(token)) = tx.token(*id)?.map(|record| record.token) else {
                    return Err(AdminError::CallerGone);
                };
                if token.grant().expires_at.is_some_and(|end| end <= now) {
                    return Err(AdminError::CallerGone);
                }
                Ok(Self::Holder(Box::new(token_permissions(tx, &token.grant().roles)?)))
            }
        }
    }

    /// Refuses authors without `permission`.
    pub(crate) fn require(&self, permission: &Permission) -> Result<(), AdminError> {
        match self {
            Self::Holder(permissions) if !permissions.decide(permission).is_allowed() => {
                Err(AdminError::Missing(permission.clone()))
            }
            Self::Exempt | Self::Holder(_) => Ok(()),
        }
    }

    /// Refuses authors without the role `admin`, whatever else they may do.
    pub(crate) fn require_admin(&self) -> Result<(), AdminError> {
        match self {
            Self::Holder(permissions) if !permissions.holds_admin() => Err(AdminError::NotHeld(NotHeld::Admin)),
            Self::Exempt | Self::Holder(_) => Ok(()),
        }
    }

    /// Refuses to add to somebody's effective permissions what the author does not hold (X07).
    pub(crate) fn hold_added(&self, before: &Permissions, after: &Permissions) -> Result<(), AdminError> {
        self.held(|caller| ensure_held(before, after, caller))
    }

    /// Refuses to hand over or take over a token that may do what the author does not hold (X07).
    pub(crate) fn hold_all(&self, target: &Permissions) -> Result<(), AdminError> {
        self.held(|caller| ensure_all_held(target, caller))
    }

    /// Refuses grants added to a role, and denies taken out of it, that the author does not hold (X07).
    pub(crate) fn hold_edit(&self, before: &[Rule], after: &[Rule]) -> Result<(), AdminError> {
        self.held(|caller| ensure_edit_held(before, after, caller))
    }

    fn held(&self, check: impl FnOnce(&Permissions) -> Result<(), NotHeld>) -> Result<(), AdminError> {
        match self {
            Self::Exempt => Ok(()),
            Self::Holder(caller) => check(caller).map_err(AdminError::NotHeld),
        }
    }
}

/// Everything a token with these explicit roles may do, the implicit role included.
pub(crate) fn token_permissions(tx: &mut dyn Load, explicit: &RoleSet) -> Result<Permissions, AdminError> {
    Ok(Permissions::compile(tx.roles(&explicit.with(BuiltIn::AllExternalApplications.id()))?.iter()))
}

/// Everything a person with these explicit roles may do, the implicit role included.
pub(crate) fn person_permissions(tx: &mut dyn Load, explicit: &RoleSet) -> Result<Permissions, AdminError> {
    Ok(Permissions::compile(tx.roles(&explicit.with(BuiltIn::AllUsers.id()))?.iter()))
}
