//! Create: a role with its rules.

use token_core::{Author, Change, Role, RoleId};

use super::people::Moved;
use super::{ensure_free, refused_rules};
use crate::{Admin, AdminError, Done, NewRole, Submitted, rights};

impl Admin {
    /// Makes a role. It carries no more than its author holds: a role nobody holds yet is given to somebody later.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `roles:create`, and `users:update` where people are named; [`AdminError::NotHeld`]; [`AdminError::Conflict`] for a name in
    /// use; [`AdminError::Invalid`]; [`AdminError::Store`].
    pub fn create_role(&self, author: &Author, new: &Submitted<NewRole>) -> Result<Done<Role>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROLES_CREATE)?;
            if new.as_ref().is_ok_and(|new| !new.users.is_empty()) {
                deciding.authority.require(&rights::USERS_UPDATE)?;
            }
            let new = new.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            if let Some(refused) = refused_rules(&new.rules) {
                return Err(AdminError::Invalid(vec![refused]));
            }
            deciding.authority.hold_edit(&[], &new.rules)?;
            ensure_free(deciding.tx, &new.name, None)?;
            let id = RoleId::new(deciding.now, self.randomness.as_ref())?;
            let moved = Moved::look(deciding.tx, &deciding.authority, id, &new.users)?;
            if !moved.refused().is_empty() {
                return Err(AdminError::Invalid(moved.refused()));
            }
            let role = Role {
                id,
                name: new.name.clone(),
                description: new.description.clone(),
                rules: new.rules.clone(),
                version: 1,
            };
            let saved = Role { version: moved.versions().saturating_add(1), ..role.clone() };
            let changes = core::iter::once(Change::RoleCreated(role)).chain(moved.changes()).collect();
            Ok((changes, saved))
        })
    }
}
