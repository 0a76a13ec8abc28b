//! The first person: made with a one-time code that only whoever runs the server has seen. There are no default
//! credentials.

use token_core::{Author, BuiltIn, Change, Load, Origin, RoleSet, SetupCode, UnixSeconds, UserChange, UserRecord};
use token_seal::Secret;

use crate::users::{accepted_first, refused_password};
use crate::{Admin, AdminError, Done, EditUser, NewUser, Submitted};

/// How long a code is good, in seconds: a day.
const CODE_LASTS: i64 = 24 * 60 * 60;

impl Admin {
    /// Makes a code for the first person, in place of any before it; nothing once anybody has an account.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`]; [`AdminError::Randomness`].
    pub fn start_setup(&self) -> Result<Option<Secret>, AdminError> {
        if self.read(|tx| Ok(tx.has_users()?))? {
            return Ok(None);
        }
        let secret = Secret::generate(self.randomness.as_ref())?;
        let digest = secret.digest();
        let done = self.write(&Author::system(), |deciding| {
            if deciding.tx.has_users()? {
                return Ok((Vec::new(), false));
            }
            let end = deciding.now.seconds().get().saturating_add(CODE_LASTS);
            let expires_at = UnixSeconds::new(end).unwrap_or_else(|_| deciding.now.seconds());
            let change = UserChange::SetupStarted(SetupCode { digest, expires_at });
            Ok((vec![Change::User(change)], true))
        })?;
        Ok(done.value.then_some(secret))
    }

    /// Whether anybody has an account.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn has_users(&self) -> Result<bool, AdminError> {
        self.read(|tx| Ok(tx.has_users()?))
    }

    /// Makes the first person, with the role `admin` and whatever roles are submitted left aside. The code is good for
    /// one use; of several at once, one wins. Nothing is hashed for a wrong code.
    ///
    /// # Errors
    ///
    /// [`AdminError::CodeRefused`] for a code that is wrong, used or past its end, and when anybody has an account;
    /// [`AdminError::Invalid`], after which the code is still good; [`AdminError::Store`].
    pub fn complete_setup(
        &self,
        origin: &Origin,
        code: &Secret,
        new: &Submitted<NewUser, EditUser>,
    ) -> Result<Done<UserRecord>, AdminError> {
        let now = self.clock.now().seconds();
        self.read(|tx| is_good(tx, code, now))?;
        let hash = match new {
            Ok(NewUser { username, password: Some(password), .. })
                if refused_password("/password", password, username).is_none() =>
            {
                Some(self.hash(password)?)
            }
            Ok(_) | Err(_) => None,
        };
        let author = Author { origin: *origin, ..Author::system() };
        let done = self.write(&author, |deciding| {
            is_good(deciding.tx, code, deciding.now.seconds())?;
            let new = accepted_first(new, deciding.tx)?;
            let new = NewUser { roles: RoleSet::from([BuiltIn::Admin.id()]), enabled: true, ..new.clone() };
            let record = self.account(&author, &new, hash.clone(), deciding.now)?;
            let name = record.user.username.clone();
            let changes = vec![
                Change::User(UserChange::Created(Box::new(record.clone()))),
                Change::User(UserChange::SetupCompleted { user: record.id(), name }),
            ];
            Ok((changes, record))
        })?;
        self.first_person_arrived();
        Ok(done)
    }
}

/// Digests are compared, of secrets nobody can choose: how long it takes says nothing about the secret.
fn is_good(tx: &mut dyn Load, code: &Secret, now: UnixSeconds) -> Result<(), AdminError> {
    match tx.setup_code()? {
        Some(stored) if stored.digest == code.digest() && now < stored.expires_at && !tx.has_users()? => Ok(()),
        _ => Err(AdminError::CodeRefused),
    }
}
