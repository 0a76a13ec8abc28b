//! Delete: a role goes, also from the tokens and people that hold it.

use token_core::{Author, Change, RoleId, RoleUse};

use super::found;
use crate::{Admin, AdminError, Conflict, Done, InUse, rights};

impl Admin {
    /// Removes a role.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `roles:delete`; [`AdminError::NotFound`]; [`AdminError::NotHeld`] when the role
    /// denies something that the author does not hold; [`AdminError::Conflict`] for built-in roles, and for roles in
    /// use unless forced; [`AdminError::Store`].
    pub fn delete_role(&self, author: &Author, id: RoleId, in_use: InUse) -> Result<Done<()>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROLES_DELETE)?;
            let role = found(deciding.tx, id)?;
            deciding.authority.hold_edit(&role.rules, &[])?;
            if role.built_in().is_some() {
                return Err(AdminError::Conflict(Conflict::BuiltInKept));
            }
            let RoleUse { tokens, users } = deciding.tx.role_use(id)?;
            let holders = tokens.saturating_add(users);
            if 0 < holders && in_use == InUse::Refuse {
                return Err(AdminError::Conflict(Conflict::RoleInUse { tokens, users }));
            }
            Ok((vec![Change::RoleDeleted { role, holders }], ()))
        })
    }
}
