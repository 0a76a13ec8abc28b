//! Sign-in: a new session, with a secret that was never used before.

use std::sync::Arc;

use token_core::limits::SESSIONS_PER_USER;
use token_core::{Author, Change, Origin, SecretDigest, Session, UnixSeconds, UserChange, UserRecord};
use token_seal::Secret;

use super::SignedIn;
use crate::authority::person_permissions;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Done};

impl Admin {
    /// Signs somebody in whose password was found to be behind the hash of `checked`. The secret must be new: a
    /// session is never taken over.
    ///
    /// # Errors
    ///
    /// [`AdminError::CallerGone`] when the person is gone or disabled, or has another password by now;
    /// [`AdminError::Store`].
    pub fn start_session(
        &self,
        origin: &Origin,
        checked: &UserRecord,
        secret: &Secret,
    ) -> Result<Done<SignedIn>, AdminError> {
        let author = Author { actor: checked.user.actor(), origin: *origin };
        self.write(&author, |deciding| {
            let record = unchanged(deciding, checked)?;
            let (change, signed_in) = self.begin(deciding, &record, origin, secret.digest(), true)?;
            Ok((vec![change], signed_in))
        })
    }

    /// A session that begins now. `kept`: whether others of the person go on, so that there may be too many.
    pub(super) fn begin(
        &self,
        deciding: &mut Deciding<'_>,
        record: &UserRecord,
        origin: &Origin,
        digest: SecretDigest,
        kept: bool,
    ) -> Result<(Change, SignedIn), AdminError> {
        let now = deciding.now.seconds();
        let end = now.get().saturating_add(i64::from(self.settings.sessions.lifetime));
        let session = Session {
            digest,
            user: record.id(),
            created_at: now,
            seen_at: now,
            expires_at: UnixSeconds::new(end).unwrap_or(now),
            address: origin.address,
        };
        let others = if kept { deciding.tx.sessions_of(record.id())? } else { Vec::new() };
        let (live, mut dropped): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| self.is_live(other, now));
        let too_many = (live.len() + 1).saturating_sub(SESSIONS_PER_USER);
        dropped.extend(live.into_iter().take(too_many));
        let dropped = dropped.into_iter().map(|session| session.digest).collect();
        let name = record.user.username.clone();
        let permissions = Arc::new(person_permissions(deciding.tx, &record.user.roles)?);
        let change = Change::User(UserChange::SessionStarted { name, session, dropped });
        Ok((change, SignedIn { user: record.user.clone(), permissions, session }))
    }
}

/// The person as they are now, if what was checked still holds.
pub(super) fn unchanged(deciding: &mut Deciding<'_>, checked: &UserRecord) -> Result<UserRecord, AdminError> {
    let record = deciding.tx.user(checked.id())?.filter(|record| record.user.enabled);
    record
        .filter(|record| record.password.is_some() && record.password == checked.password)
        .ok_or(AdminError::CallerGone)
}
