//! Create: a role with its rules.

use token_core::{Author, Change, Role, RoleId};

use super::{ensure_free, refused_rules};
use crate::{Admin, AdminError, Done, NewRole, Submitted, rights};

impl Admin {
    /// Makes a role. It carries no more than its author holds: a role nobody holds yet is given to somebody later.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `roles:create`; [`AdminError::NotHeld`]; [`AdminError::Conflict`] for a name in
    /// use; [`AdminError::Invalid`]; [`AdminError::Store`].
    pub fn create_role(&self, author: &Author, new: &Submitted<NewRole>) -> Result<Done<Role>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROLES_CREATE)?;
            let new = new.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            if let Some(refused) = refused_rules(&new.rules) {
                return Err(AdminError::Invalid(vec![refused]));
            }
            deciding.authority.hold_edit(&[], &new.rules)?;
            ensure_free(deciding.tx, &new.name, None)?;
            let role = Role {
                id: RoleId::new(deciding.now, self.randomness.as_ref())?,
                name: new.name.clone(),
                description: new.description.clone(),
                rules: new.rules.clone(),
                version: 1,
            };
            Ok((vec![Change::RoleCreated(role.clone())], role))
        })
    }
}
