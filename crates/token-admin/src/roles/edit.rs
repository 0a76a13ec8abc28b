//! Edit: one save of a role's name, description and rules. In force with the same texts.

use token_core::{Author, BuiltIn, Change, Role, RoleId};

use super::{ensure_free, found, refused_rules};
use crate::{Admin, AdminError, Conflict, Done, EditRole, Submitted, rights};

impl Admin {
    /// Saves fields of a role, made from version `expected`. A save that changes nothing writes nothing.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `roles:update`; [`AdminError::NotFound`];
    /// [`AdminError::NotHeld`] for grants added and denies removed that the author does not hold;
    /// [`AdminError::VersionRequired`]; [`AdminError::Stale`]; [`AdminError::Conflict`] for built-in roles and names
    /// in use; [`AdminError::Invalid`]; at any time [`AdminError::Store`].
    pub fn edit_role(
        &self,
        author: &Author,
        id: RoleId,
        expected: Option<u64>,
        edit: &Submitted<EditRole>,
    ) -> Result<Done<Role>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROLES_UPDATE)?;
            let before = found(deciding.tx, id)?;
            let bounded =
                edit.as_ref().ok().filter(|edit| refused_rules(edit.rules.as_deref().unwrap_or(&[])).is_none());
            if let Some(rules) = bounded.and_then(|edit| edit.rules.as_ref()) {
                deciding.authority.hold_edit(&before.rules, rules)?;
            }
            let current = before.version;
            match expected {
                None => return Err(AdminError::VersionRequired),
                Some(expected) if expected != current => return Err(AdminError::Stale { current }),
                Some(_) => {}
            }
            if before.built_in() == Some(BuiltIn::Admin) {
                return Err(AdminError::Conflict(Conflict::AdminFixed));
            }
            let edit = edit.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            let after = Role {
                name: edit.name.clone().unwrap_or_else(|| before.name.clone()),
                description: edit.description.clone().unwrap_or_else(|| before.description.clone()),
                rules: edit.rules.clone().unwrap_or_else(|| before.rules.clone()),
                ..before.clone()
            };
            let renamed = after.name != before.name || after.description != before.description;
            if before.built_in().is_some() && renamed {
                return Err(AdminError::Conflict(Conflict::BuiltInNameFixed));
            }
            ensure_free(deciding.tx, &after.name, Some(id))?;
            if let Some(refused) = refused_rules(&after.rules) {
                return Err(AdminError::Invalid(vec![refused]));
            }
            if after == before {
                return Ok((Vec::new(), before));
            }
            let after = Role { version: current.saturating_add(1), ..after };
            Ok((vec![Change::RoleUpdated { before, after: after.clone() }], after))
        })
    }
}
