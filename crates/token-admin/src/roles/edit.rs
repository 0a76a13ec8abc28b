//! Edit: one save of a role's name, description and rules. In force with the same texts.

use token_core::{Author, BuiltIn, Change, Role, RoleId};

use super::people::Moved;
use super::{ensure_free, found, refused_rules};
use crate::{Admin, AdminError, Conflict, Done, EditRole, Submitted, rights};

impl Admin {
    /// Saves fields of a role, made from version `expected`. A save that changes nothing writes nothing.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `roles:update`, and `users:update` where people are named; [`AdminError::NotFound`];
    /// [`AdminError::NotHeld`] for grants added and denies removed that the author does not hold;
    /// [`AdminError::VersionRequired`]; [`AdminError::Stale`]; [`AdminError::Conflict`] for built-in roles, names
    /// in use and the last person with `admin`; [`AdminError::Invalid`]; at any time [`AdminError::Store`].
    pub fn edit_role(
        &self,
        author: &Author,
        id: RoleId,
        expected: Option<u64>,
        edit: &Submitted<EditRole>,
    ) -> Result<Done<Role>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROLES_UPDATE)?;
            let users = edit.as_ref().ok().and_then(|edit| edit.users.as_ref());
            if users.is_some() {
                deciding.authority.require(&rights::USERS_UPDATE)?;
            }
            let before = found(deciding.tx, id)?;
            let bounded =
                edit.as_ref().ok().filter(|edit| refused_rules(edit.rules.as_deref().unwrap_or(&[])).is_none());
            if let Some(rules) = bounded.and_then(|edit| edit.rules.as_ref()) {
                deciding.authority.hold_edit(&before.rules, rules)?;
            }
            let moved = users.map(|users| Moved::look(deciding.tx, &deciding.authority, id, users)).transpose()?;
            let current = before.version;
            match expected {
                None => return Err(AdminError::VersionRequired),
                Some(expected) if expected != current => return Err(AdminError::Stale { current }),
                Some(_) => {}
            }
            let people_alone = edit.as_ref().is_ok_and(EditRole::is_about_people_alone);
            if before.built_in() == Some(BuiltIn::Admin) && !people_alone {
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
            if let Some(conflict) = moved.as_ref().and_then(Moved::conflict) {
                return Err(AdminError::Conflict(conflict));
            }
            let mut refused = moved.as_ref().map(Moved::refused).unwrap_or_default();
            refused.extend(refused_rules(&after.rules));
            if !refused.is_empty() {
                return Err(AdminError::Invalid(refused));
            }
            Ok(changes(before, after, moved))
        })
    }
}

impl EditRole {
    /// Who holds `admin` can be changed, though the role itself cannot.
    fn is_about_people_alone(&self) -> bool {
        let Self { name, description, rules, users } = self;
        users.is_some() && name.is_none() && description.is_none() && rules.is_none()
    }
}

fn changes(before: Role, after: Role, moved: Option<Moved>) -> (Vec<Change>, Role) {
    let mut saved = after.clone();
    let mut changes = Vec::new();
    if after != before {
        let after = Role { version: before.version.saturating_add(1), ..after };
        saved.version = after.version;
        changes.push(Change::RoleUpdated { before, after });
    }
    if let Some(moved) = moved {
        saved.version = saved.version.saturating_add(moved.versions());
        changes.extend(moved.changes());
    }
    (changes, saved)
}
