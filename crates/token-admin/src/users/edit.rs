//! Edit: one save of a person's names, roles, password, and whether they may sign in.

use token_core::{Actor, Author, Change, PasswordHash, User, UserChange, UserId, UserRecord};

use super::{EditUser, ensure_admin_remains, ensure_free, found, refused_password, refused_roles};
use crate::authority::person_permissions;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Done, FieldError, Submitted, rights};

/// The edit, or what of it was good.
type SubmittedEdit = Submitted<EditUser, EditUser>;

impl Admin {
    /// Saves fields of a person, made from version `expected`. A save that changes nothing writes nothing; another
    /// password is an event, and counts a version, of its own. Whoever is disabled or gets another password has no
    /// session any more. A new password is hashed before the lock is taken: some 20 ms.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `users:update`; [`AdminError::NotFound`];
    /// [`AdminError::NotHeld`] for what roles add, and, where somebody is enabled or gets a password, for all that
    /// they may do; [`AdminError::VersionRequired`]; [`AdminError::Stale`]; [`AdminError::Conflict`] for the last
    /// person with `admin` and for a name in use; [`AdminError::Invalid`]; at any time [`AdminError::Store`].
    pub fn edit_user(
        &self,
        author: &Author,
        id: UserId,
        expected: Option<u64>,
        edit: &Submitted<EditUser, EditUser>,
    ) -> Result<Done<UserRecord>, AdminError> {
        let password = edit.as_ref().ok().and_then(|edit| edit.password.as_ref());
        let hash = password.map(|password| self.hash(password)).transpose()?;
        self.write(author, |deciding| {
            let before = authorize(deciding, id, edit)?;
            let current = before.version;
            match expected {
                None => return Err(AdminError::VersionRequired),
                Some(expected) if expected != current => return Err(AdminError::Stale { current }),
                Some(_) => {}
            }
            let after = edited(author, deciding, &before, edit)?;
            Ok(changes(before, after, hash.clone()))
        })
    }
}

/// What of an edit was good: all of it, or what was not refused.
fn good(edit: &SubmittedEdit) -> &EditUser {
    edit.as_ref().unwrap_or_else(|refused| &refused.good)
}

/// Permissions, then existence, then X07: what is answered before versions are compared.
fn authorize(
    Deciding { tx, authority, .. }: &mut Deciding<'_>,
    id: UserId,
    edit: &SubmittedEdit,
) -> Result<UserRecord, AdminError> {
    authority.require(&rights::USERS_UPDATE)?;
    let record = found(*tx, id)?;
    let edit = good(edit);
    let before = person_permissions(*tx, &record.user.roles)?;
    let after = person_permissions(*tx, edit.roles.as_ref().unwrap_or(&record.user.roles))?;
    let enables = edit.enabled == Some(true) && !record.user.enabled;
    if enables || edit.password.is_some() {
        authority.hold_all(&before)?;
        authority.hold_all(&after)?;
    }
    authority.hold_added(&before, &after)?;
    Ok(record)
}

fn edited(
    author: &Author,
    Deciding { tx, .. }: &mut Deciding<'_>,
    before: &UserRecord,
    submitted: &SubmittedEdit,
) -> Result<User, AdminError> {
    let edit = good(submitted);
    let old = &before.user;
    let user = User {
        id: old.id,
        username: edit.username.clone().unwrap_or_else(|| old.username.clone()),
        display_name: edit.display_name.clone().unwrap_or_else(|| old.display_name.clone()),
        roles: edit.roles.clone().unwrap_or_else(|| old.roles.clone()),
        enabled: edit.enabled.unwrap_or(old.enabled),
    };
    let after = UserRecord { user, ..before.clone() };
    ensure_admin_remains(*tx, before, Some(&after))?;
    ensure_free(*tx, &after.user.username, Some(old.id))?;
    let mut refused = submitted.as_ref().err().map(|refused| refused.errors.clone()).unwrap_or_default();
    if let Some(roles) = &edit.roles {
        refused.extend(refused_roles(*tx, roles)?);
    }
    if let Some(password) = &edit.password {
        refused.extend(refused_password("/password", password, &after.user.username));
        if matches!(author.actor, Actor::Person { id, .. } if id == old.id) {
            refused.push(FieldError::new(
                "/password",
                "your own password is changed in your session, with the present one",
            ));
        }
    }
    if refused.is_empty() { Ok(after.user) } else { Err(AdminError::Invalid(refused)) }
}

fn changes(before: UserRecord, user: User, hash: Option<PasswordHash>) -> (Vec<Change>, UserRecord) {
    let mut changes = Vec::new();
    let mut current = before;
    if user != current.user {
        let after = UserRecord { user, version: current.version.saturating_add(1), ..current.clone() };
        let change = UserChange::Updated { before: Box::new(current), after: Box::new(after.clone()) };
        changes.push(Change::User(change));
        current = after;
    }
    if hash.is_some() {
        let after = UserRecord { password: hash, version: current.version.saturating_add(1), ..current.clone() };
        let change = UserChange::PasswordChanged { before: Box::new(current), after: Box::new(after.clone()) };
        changes.push(Change::User(change));
        current = after;
    }
    (changes, current)
}
