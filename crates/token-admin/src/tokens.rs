//! Use cases of tokens.

pub(crate) mod bulk;
mod create;
mod delete;
mod edit;
mod explain;
mod import;
mod repeat;
mod reveal;
mod revoke;
mod rotate;
mod usage;

pub use import::{ImportMode, Imported};
pub use revoke::PresentedEnd;
pub use usage::Usage;

use token_core::{BuiltIn, Load, RoleId, RoleSet, SubjectKind, TokenId, TokenRecord};

use crate::{Admin, AdminError, FieldError};

impl Admin {
    /// A token, for whoever may read tokens.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`] for an unknown or deleted one; [`AdminError::Store`].
    pub fn token(&self, id: TokenId) -> Result<TokenRecord, AdminError> {
        self.read(|tx| found(tx, id))
    }
}

fn found(tx: &mut dyn Load, id: TokenId) -> Result<TokenRecord, AdminError> {
    tx.token(id)?.ok_or(AdminError::NotFound(SubjectKind::Token))
}

/// Every role that cannot be given to a token: unknown ones, and those everybody holds anyway.
fn refused_roles(tx: &mut dyn Load, roles: &RoleSet) -> Result<Vec<FieldError>, AdminError> {
    let known: RoleSet = tx.roles(roles)?.into_iter().map(|role| role.id).collect();
    let refusal = |role: &RoleId| match BuiltIn::by_id(*role) {
        Some(BuiltIn::AllExternalApplications) => Some("every token holds this role already; it is not listed"),
        Some(BuiltIn::AllUsers) => Some("this role is for people, not for tokens"),
        Some(BuiltIn::Admin) => None,
        None if known.contains(role) => None,
        None => Some("there is no such role"),
    };
    let error = |role: &RoleId| refusal(role).map(|why| FieldError::new("/roles", format!("`{role}`: {why}")));
    Ok(roles.iter().filter_map(error).collect())
}
