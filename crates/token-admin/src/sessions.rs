//! Use cases of sessions: who is signed in, and how that begins and ends. Passwords are checked by whoever asks, in
//! threads of their own; here it is decided, under the lock, whether what they were checked against still holds.

mod end;
mod own_password;
mod setup;
mod start;

use std::sync::Arc;

use token_authz::Permissions;
use token_core::{Author, Change, Origin, SecretDigest, Session, UnixSeconds, User, UserChange, UserRecord, Username};
use token_core::{RefusedSignIns, StoreError};
use token_seal::Password;

use crate::authority::person_permissions;
use crate::{Admin, AdminError, Done};

/// How long sessions last, in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionLimits {
    /// Without a request: 30 minutes unless said otherwise.
    pub idle: u32,
    /// In all: 12 hours unless said otherwise.
    pub lifetime: u32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle: 30 * 60, lifetime: 12 * 60 * 60 }
    }
}

/// How old the stored time of last use may get before it is written anew, in seconds.
const SEEN_EVERY: i64 = 60;

/// Somebody who is signed in, as of one instant.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// All they may do, the role of all people included.
    pub permissions: Arc<Permissions>,
    /// In which session.
    pub session: Session,
}

impl SignedIn {
    /// The author of what they ask for, from `origin`.
    #[must_use]
    pub fn author(&self, origin: Origin) -> Author {
        Author { actor: self.user.actor(), origin }
    }
}

impl Admin {
    /// The person whose password a sign-in is checked against, enabled or not; a reading without a lock.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn password_of(&self, name: &Username) -> Result<Option<UserRecord>, AdminError> {
        self.read(|tx| Ok(tx.user_named(name)?))
    }

    /// Who is signed in with this secret's digest. `None` for unknown sessions, those past their end or unused for too
    /// long, and those of people who may not sign in.
    ///
    /// Using a session moves its end by disuse; the time of use is written once a minute at most.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn session(&self, digest: &SecretDigest) -> Result<Option<SignedIn>, AdminError> {
        let now = self.clock.now().seconds();
        let found = self.read(|tx| {
            let Some(session) = tx.session(digest)?.filter(|session| self.is_live(session, now)) else {
                return Ok(None);
            };
            let Some(record) = tx.user(session.user)?.filter(|record| record.user.enabled) else { return Ok(None) };
            let permissions = Arc::new(person_permissions(tx, &record.user.roles)?);
            Ok(Some(SignedIn { user: record.user, permissions, session }))
        })?;
        if let Some(SignedIn { session, .. }) = &found
            && session.seen_at.get().saturating_add(SEEN_EVERY) <= now.get()
        {
            // A session whose use cannot be noted now, on a full disk too, ends a minute early at worst.
            match self.store.session_seen(digest, now) {
                Ok(()) | Err(StoreError::Busy | StoreError::Unavailable(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Writes one event per person and minute. Nothing is written for nothing.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`]; then nothing was written, and the sign-ins may be told again.
    pub fn record_refused_sign_ins(
        &self,
        minute: UnixSeconds,
        refused: &[RefusedSignIns],
    ) -> Result<Done<()>, AdminError> {
        self.write(&Author::system(), |deciding| {
            let mut changes = Vec::with_capacity(refused.len());
            for sign_ins in refused {
                let record = sign_ins.user.map(|id| deciding.tx.user(id)).transpose()?.flatten();
                let name = record.map(|record| record.user.username);
                changes.push(Change::User(UserChange::SignInsRefused { sign_ins: *sign_ins, name, minute }));
            }
            Ok((changes, ()))
        })
    }

    fn is_live(&self, session: &Session, now: UnixSeconds) -> bool {
        let idle_end = session.seen_at.get().saturating_add(i64::from(self.settings.sessions.idle));
        now < session.expires_at && now.get() < idle_end
    }

    /// Hashes a password; one at a time, so that many requests at once take no more than one's memory.
    pub(crate) fn hash(&self, password: &Password) -> Result<token_core::PasswordHash, AdminError> {
        let _one_at_a_time = self.hashing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        password.hash(self.randomness.as_ref()).map_err(|_| AdminError::Randomness(token_core::RandomnessFailed))
    }
}
