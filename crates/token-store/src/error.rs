//! Failures of the database in the words of the port.

use diesel::result::{DatabaseErrorKind, Error};
use token_core::StoreError;

/// What a failed statement means. Nothing was changed by it: its transaction is rolled back.
pub(crate) fn failed(error: Error) -> StoreError {
    if let Error::DeserializationError(what) = &error {
        // Whoever edits the file itself can put bytes where a text belongs; which row it is, the database does not say.
        return corrupt("any", "unknown", what);
    }
    let busy = match &error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(_, info) => {
            let message = info.message();
            ["database is locked", "database table is locked", "lock timeout"].iter().any(|m| message.contains(m))
        }
        _ => false,
    };
    if busy { StoreError::Busy } else { StoreError::Unavailable(Box::new(error)) }
}

/// What a failed commit means, on a connection that is or is not lost.
pub(crate) fn commit_failed(error: Error, lost: bool) -> StoreError {
    if lost { StoreError::OutcomeUnknown(Box::new(error)) } else { failed(error) }
}

/// A row that cannot be.
#[expect(clippy::needless_pass_by_value, reason = "ids and errors of every kind, at the end of their life")]
pub(crate) fn corrupt(table: &'static str, id: impl ToString, what: impl ToString) -> StoreError {
    StoreError::Corrupt { table, id: id.to_string(), what: what.to_string() }
}
