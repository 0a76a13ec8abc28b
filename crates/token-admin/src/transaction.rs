//! One way from a use case to the store: decide under the lock, answer after the commit.

use token_core::{Author, Change, Load, UnixMicros};

use crate::authority::Authority;
use crate::{Admin, AdminError, Done};

/// What a use case sees while it decides.
pub(crate) struct Deciding<'a> {
    /// Rows under the lock.
    pub(crate) tx: &'a mut dyn Load,
    /// What the author may do.
    pub(crate) authority: Authority,
    /// One reading of the clock for the whole use case.
    pub(crate) now: UnixMicros,
}

impl Admin {
    /// Runs `decide` under the lock of the log; its changes are written with their events before its answer is given.
    pub(crate) fn write<T>(
        &self,
        author: &Author,
        mut decide: impl FnMut(&mut Deciding<'_>) -> Result<(Vec<Change>, T), AdminError>,
    ) -> Result<Done<T>, AdminError> {
        let mut answer = None;
        let committed = self.store.write(author, &mut |tx: &mut dyn Load| {
            let now = self.clock.now();
            let decided = Authority::load(tx, author, now.seconds())
                .and_then(|authority| decide(&mut Deciding { tx, authority, now }));
            match decided {
                Ok((changes, value)) => {
                    answer = Some(Ok(value));
                    Ok(changes)
                }
                Err(AdminError::Store(error)) => Err(error),
                Err(refused) => {
                    answer = Some(Err(refused));
                    Ok(Vec::new())
                }
            }
        })?;
        match answer {
            Some(answer) => {
                let value = answer?;
                if let Some(act) = self.after_change.get() {
                    act();
                }
                Ok(Done { value, head: committed.head })
            }
            None => Err(AdminError::Store(token_core::StoreError::NotApplied("the store did not ask what to write"))),
        }
    }

    /// Runs `look` over rows as of one instant.
    pub(crate) fn read<T>(
        &self,
        mut look: impl FnMut(&mut dyn Load) -> Result<T, AdminError>,
    ) -> Result<T, AdminError> {
        let mut answer = None;
        self.store.read(&mut |tx: &mut dyn Load| match look(tx) {
            Err(AdminError::Store(error)) => Err(error),
            other => {
                answer = Some(other);
                Ok(())
            }
        })?;
        answer.unwrap_or(Err(AdminError::Store(token_core::StoreError::NotApplied("the store did not read"))))
    }
}
