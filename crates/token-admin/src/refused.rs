//! Refused calls go into the log as numbers.

use token_core::{Author, Change, RefusedCalls, UnixSeconds};

use crate::{Admin, AdminError, Done};

impl Admin {
    /// Writes one event per reason and token of a minute. Nothing is written for nothing.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`]; then nothing was written, and the calls may be told again.
    pub fn record_refused_calls(&self, minute: UnixSeconds, refused: &[RefusedCalls]) -> Result<Done<()>, AdminError> {
        self.write(&Author::system(), |deciding| {
            let mut changes = Vec::with_capacity(refused.len());
            for calls in refused {
                let token = calls.token.map(|id| deciding.tx.token(id)).transpose()?.flatten();
                let name = token.map(|record| record.token.grant().name.clone());
                changes.push(Change::CallsRefused { calls: *calls, name, minute });
            }
            Ok((changes, ()))
        })
    }
}
