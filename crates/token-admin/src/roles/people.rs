//! Who among people holds a role: added and removed in the same save as the role's other fields.

use std::collections::BTreeSet;

use token_core::limits::{ROLES_PER_USER, USERS_PER_ROLE};
use token_core::{BuiltIn, Change, Load, Role, RoleId, RoleUse, UserChange, UserId, UserRecord};

use super::found;
use crate::authority::{Authority, person_permissions};
use crate::{Admin, AdminError, Conflict, FieldError};

/// A role, and where it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleDetails {
    /// The role.
    pub role: Role,
    /// How many hold it.
    pub used: RoleUse,
    /// Which people hold it explicitly; `None` beyond [`USERS_PER_ROLE`].
    pub users: Option<Vec<UserId>>,
}

impl Admin {
    /// A role, where it is used and who among people holds it, for whoever may read roles.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn role_details(&self, id: RoleId) -> Result<RoleDetails, AdminError> {
        self.read(|tx| {
            let (role, used) = (found(tx, id)?, tx.role_use(id)?);
            let users = tx.users_with(id, USERS_PER_ROLE.saturating_add(1))?;
            let users = Some(users).filter(|users| users.len() <= USERS_PER_ROLE);
            Ok(RoleDetails { role, used, users })
        })
    }
}

/// The people a role is given to and taken from by a save, as they are stored and as they shall be.
pub(super) struct Moved {
    role: RoleId,
    pairs: Vec<(UserRecord, UserRecord)>,
    refused: Vec<FieldError>,
    /// The last person with `admin` would lose it.
    loses_admin: bool,
}

impl Moved {
    /// Looks at who shall hold `role`; refuses what X07 forbids, and remembers what else stands against it.
    pub(super) fn look(
        tx: &mut dyn Load,
        authority: &Authority,
        role: RoleId,
        wanted: &BTreeSet<UserId>,
    ) -> Result<Self, AdminError> {
        let mut moved = Self { role, pairs: Vec::new(), refused: Vec::new(), loses_admin: false };
        if BuiltIn::by_id(role).is_some_and(BuiltIn::is_implicit) {
            moved.refuse("nobody is given or loses this role: all of its kind hold it");
            return Ok(moved);
        }
        let holders: BTreeSet<UserId> = tx.users_with(role, USERS_PER_ROLE.saturating_add(1))?.into_iter().collect();
        if USERS_PER_ROLE < holders.len().max(wanted.len()) {
            moved.refuse(&format!("more than {USERS_PER_ROLE} people: give and take it person by person"));
            return Ok(moved);
        }
        for id in holders.symmetric_difference(wanted) {
            let Some(before) = tx.user(*id)? else {
                moved.refuse(&format!("`{id}`: there is no such person"));
                continue;
            };
            let mut after = UserRecord { version: before.version.saturating_add(1), ..before.clone() };
            if wanted.contains(id) {
                after.user.roles = before.user.roles.with(role);
            } else {
                after.user.roles = before.user.roles.without(&role);
            }
            let (old, new) = (&before.user.roles, &after.user.roles);
            authority.hold_added(&person_permissions(tx, old)?, &person_permissions(tx, new)?)?;
            if ROLES_PER_USER < new.len() {
                moved.refuse(&format!("`{id}`: a person has at most {ROLES_PER_USER} roles"));
            }
            moved.pairs.push((before, after));
        }
        moved.loses_admin = role == BuiltIn::Admin.id() && loses_admin(tx, &holders, wanted)?;
        Ok(moved)
    }

    fn refuse(&mut self, why: &str) {
        self.refused.push(FieldError::new("/users", why));
    }

    /// What the state forbids.
    pub(super) fn conflict(&self) -> Option<Conflict> {
        self.loses_admin.then_some(Conflict::LastAdmin)
    }

    /// Values that are refused.
    pub(super) fn refused(&self) -> Vec<FieldError> {
        self.refused.clone()
    }

    /// How many versions the role counts on by it.
    pub(super) fn versions(&self) -> u64 {
        self.pairs.len() as u64
    }

    /// What is written, after whatever is written of the role itself.
    pub(super) fn changes(self) -> impl Iterator<Item = Change> {
        let change = |(before, after)| UserChange::Updated { before: Box::new(before), after: Box::new(after) };
        self.pairs.into_iter().map(move |pair| Change::User(change(pair)))
    }
}

impl core::fmt::Debug for Moved {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Moved").field("role", &self.role).field("people", &self.pairs.len()).finish_non_exhaustive()
    }
}

/// Whether somebody with `admin` who could sign in was there, and nobody is left; likewise without a password.
fn loses_admin(tx: &mut dyn Load, holders: &BTreeSet<UserId>, wanted: &BTreeSet<UserId>) -> Result<bool, AdminError> {
    let mut count = |ids: &BTreeSet<UserId>| -> Result<(usize, usize), AdminError> {
        let mut enabled = Vec::new();
        for id in ids {
            enabled.extend(tx.user(*id)?.filter(|record| record.user.enabled));
        }
        let with_password = enabled.iter().filter(|record| record.password.is_some()).count();
        Ok((enabled.len(), with_password))
    };
    let (before, after) = (count(holders)?, count(wanted)?);
    Ok((0 < before.0 && after.0 == 0) || (0 < before.1 && after.1 == 0))
}
