//! Use cases of people.

mod create;
mod delete;
mod edit;
mod new_password;

use token_core::limits::ROLES_PER_USER;
use token_core::{BuiltIn, DisplayName, Load, RoleId, RoleSet, SubjectKind, UserId, UserRecord, Username};
use token_seal::Password;

use crate::{Admin, AdminError, Conflict, FieldError};

pub(crate) use create::accepted_first;
pub(crate) use new_password::refused_password;

/// A new person.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Unique in its folded form.
    pub username: Username,
    /// What others call them.
    pub display_name: DisplayName,
    /// Explicit roles.
    pub roles: RoleSet,
    /// Whether they may sign in.
    pub enabled: bool,
    /// What they sign in with; without one they cannot yet.
    pub password: Option<Password>,
}

/// Fields of a person to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct EditUser {
    /// Another name to sign in with.
    pub username: Option<Username>,
    /// Another name for others to see.
    pub display_name: Option<DisplayName>,
    /// Other explicit roles.
    pub roles: Option<RoleSet>,
    /// Whether they may sign in; `Some(false)` ends their sessions.
    pub enabled: Option<bool>,
    /// Another password; ends their sessions.
    pub password: Option<Password>,
}

/// A person, and what is counted around them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserDetails {
    /// The person.
    pub record: UserRecord,
    /// How many tokens they made that are still on the list.
    pub tokens_made: u64,
    /// How many sessions they have; ended ones that were not yet cleared away included.
    pub sessions: u64,
}

impl Admin {
    /// A person, for whoever may read people.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn user(&self, id: UserId) -> Result<UserDetails, AdminError> {
        self.read(|tx| {
            let record = found(tx, id)?;
            let sessions = tx.sessions_of(id)?.len() as u64;
            Ok(UserDetails { record, tokens_made: tx.tokens_made_by(id)?, sessions })
        })
    }

    /// The person with this user name, in any spelling that folds to it.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn user_named(&self, name: &Username) -> Result<UserRecord, AdminError> {
        self.read(|tx| tx.user_named(name)?.ok_or(AdminError::NotFound(SubjectKind::User)))
    }
}

pub(crate) fn found(tx: &mut dyn Load, id: UserId) -> Result<UserRecord, AdminError> {
    tx.user(id)?.ok_or(AdminError::NotFound(SubjectKind::User))
}

/// Names are unique in their folded form; a person may keep their own.
fn ensure_free(tx: &mut dyn Load, name: &Username, mine: Option<UserId>) -> Result<(), AdminError> {
    match tx.user_named(name)? {
        Some(other) if Some(other.id()) != mine => Err(AdminError::Conflict(Conflict::UsernameTaken)),
        Some(_) | None => Ok(()),
    }
}

/// Every role that cannot be given to a person: unknown ones, and those everybody holds anyway.
pub(crate) fn refused_roles(tx: &mut dyn Load, roles: &RoleSet) -> Result<Vec<FieldError>, AdminError> {
    let known: RoleSet = tx.roles(roles)?.into_iter().map(|role| role.id).collect();
    let refusal = |role: &RoleId| match BuiltIn::by_id(*role) {
        Some(BuiltIn::AllUsers) => Some("every person holds this role already; it is not listed"),
        Some(BuiltIn::AllExternalApplications) => Some("this role is for tokens, not for people"),
        Some(BuiltIn::Admin) => None,
        None if known.contains(role) => None,
        None => Some("there is no such role"),
    };
    let error = |role: &RoleId| refusal(role).map(|why| FieldError::new("/roles", format!("`{role}`: {why}")));
    let mut errors: Vec<FieldError> = roles.iter().filter_map(error).collect();
    if ROLES_PER_USER < roles.len() {
        errors.push(FieldError::new("/roles", format!("a person has at most {ROLES_PER_USER} roles")));
    }
    Ok(errors)
}

/// Whether somebody holds `admin` and may sign in.
pub(crate) fn holds_admin(record: &UserRecord) -> bool {
    record.user.enabled && record.user.roles.contains(&BuiltIn::Admin.id())
}

/// The last person who holds `admin` cannot lose it, nor the last one who holds it and can sign in.
fn ensure_admin_remains(tx: &mut dyn Load, before: &UserRecord, after: Option<&UserRecord>) -> Result<(), AdminError> {
    if !holds_admin(before) || after.is_some_and(holds_admin) {
        return Ok(());
    }
    let others = tx.other_holders(BuiltIn::Admin.id(), before.id())?;
    let left = if before.password.is_some() { others.with_password } else { others.enabled };
    if left == 0 { Err(AdminError::Conflict(Conflict::LastAdmin)) } else { Ok(()) }
}
