//! Use cases of roles.

mod create;
mod delete;
mod edit;
mod people;

use token_core::limits::RULES_PER_ROLE;
use token_core::{Load, Role, RoleId, RoleName, RoleUse, Rule, SubjectKind};

use crate::{Admin, AdminError, Conflict, FieldError};

pub use people::RoleDetails;

impl Admin {
    /// A role and where it is used, for whoever may read roles.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn role(&self, id: RoleId) -> Result<(Role, RoleUse), AdminError> {
        self.read(|tx| Ok((found(tx, id)?, tx.role_use(id)?)))
    }

    /// The role with this name, in any spelling that folds to it.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn role_named(&self, name: &RoleName) -> Result<Role, AdminError> {
        self.read(|tx| tx.role_named(name)?.ok_or(AdminError::NotFound(SubjectKind::Role)))
    }
}

fn found(tx: &mut dyn Load, id: RoleId) -> Result<Role, AdminError> {
    tx.role(id)?.ok_or(AdminError::NotFound(SubjectKind::Role))
}

/// Names are unique in their folded form; a role may keep its own.
fn ensure_free(tx: &mut dyn Load, name: &RoleName, mine: Option<RoleId>) -> Result<(), AdminError> {
    match tx.role_named(name)? {
        Some(other) if Some(other.id) != mine => Err(AdminError::Conflict(Conflict::RoleNameTaken)),
        Some(_) | None => Ok(()),
    }
}

fn refused_rules(rules: &[Rule]) -> Option<FieldError> {
    (RULES_PER_ROLE < rules.len())
        .then(|| FieldError::new("/rules", format!("a role has at most {RULES_PER_ROLE} rules")))
}
