//! Create: a person's account.

use token_core::{Author, Change, Load, PasswordHash, RoleSet, UnixMicros, User, UserChange, UserId, UserRecord};

use super::{EditUser, NewUser, ensure_free, refused_password, refused_roles};
use crate::Refused;
use crate::authority::person_permissions;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Done, FieldError, Submitted, rights};

impl Admin {
    /// Makes an account. Its password, if any, is hashed before the lock is taken: some 20 ms.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `users:create`; [`AdminError::NotHeld`] when the person could do what the
    /// author cannot; [`AdminError::Conflict`] for a name in use; [`AdminError::Invalid`]; [`AdminError::Store`].
    pub fn create_user(
        &self,
        author: &Author,
        new: &Submitted<NewUser, EditUser>,
    ) -> Result<Done<UserRecord>, AdminError> {
        let hash = self.hash_accepted(new)?;
        let done = self.write(author, |deciding| {
            let new = accepted(new, deciding)?;
            let record = self.account(author, new, hash.clone(), deciding.now)?;
            Ok((vec![Change::User(UserChange::Created(Box::new(record.clone())))], record))
        })?;
        self.first_person_arrived();
        Ok(done)
    }

    fn hash_accepted(&self, new: &Submitted<NewUser, EditUser>) -> Result<Option<PasswordHash>, AdminError> {
        let Ok(NewUser { username, password: Some(password), .. }) = new else { return Ok(None) };
        match refused_password("/password", password, username) {
            Some(_) => Ok(None),
            None => self.hash(password).map(Some),
        }
    }

    pub(crate) fn account(
        &self,
        author: &Author,
        new: &NewUser,
        password: Option<PasswordHash>,
        now: UnixMicros,
    ) -> Result<UserRecord, AdminError> {
        Ok(UserRecord {
            user: User {
                id: UserId::new(now, self.randomness.as_ref())?,
                username: new.username.clone(),
                display_name: new.display_name.clone(),
                roles: new.roles.clone(),
                enabled: new.enabled,
            },
            password,
            created_at: now.seconds(),
            created_by: author.actor.clone(),
            version: 1,
        })
    }
}

/// The submitted values, if nothing stands against them: permissions, what would be given away, a name in use, then
/// every field.
fn accepted<'a>(
    new: &'a Submitted<NewUser, EditUser>,
    Deciding { tx, authority, .. }: &mut Deciding<'_>,
) -> Result<&'a NewUser, AdminError> {
    authority.require(&rights::USERS_CREATE)?;
    let nothing = RoleSet::none();
    let (roles, username) = match new {
        Ok(new) => (&new.roles, Some(&new.username)),
        Err(refused) => (refused.good.roles.as_ref().unwrap_or(&nothing), refused.good.username.as_ref()),
    };
    authority.hold_all(&person_permissions(*tx, roles)?)?;
    if let Some(username) = username {
        ensure_free(*tx, username, None)?;
    }
    let mut refused = match new {
        Ok(new) => refused_values(new),
        Err(refused) => refused_with_password(refused),
    };
    refused.extend(refused_roles(*tx, roles)?);
    match new {
        Ok(new) if refused.is_empty() => Ok(new),
        _ => Err(AdminError::Invalid(refused)),
    }
}

/// Everything found so far, and what is wrong with a password that came beside it.
fn refused_with_password(refused: &Refused<EditUser>) -> Vec<FieldError> {
    let EditUser { username, password, .. } = refused.good.as_ref();
    let weak = password.as_ref().and_then(|password| refused_password("/password", password, username.as_ref()));
    refused.errors.iter().cloned().chain(weak).collect()
}

fn refused_values(new: &NewUser) -> Vec<FieldError> {
    let password = new.password.as_ref();
    password.and_then(|password| refused_password("/password", password, &new.username)).into_iter().collect()
}

/// The first account of all: refused when its name or password is.
pub(crate) fn accepted_first<'a>(
    new: &'a Submitted<NewUser, EditUser>,
    tx: &mut dyn Load,
) -> Result<&'a NewUser, AdminError> {
    let new = new.as_ref().map_err(|refused| AdminError::Invalid(refused_with_password(refused)))?;
    ensure_free(tx, &new.username, None)?;
    let mut refused = refused_values(new);
    if new.password.is_none() {
        refused.push(FieldError::new("/password", "the first person needs a password"));
    }
    if refused.is_empty() { Ok(new) } else { Err(AdminError::Invalid(refused)) }
}
