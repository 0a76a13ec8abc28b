//! Secrets under another master key.

use diesel::prelude::*;
use token_core::{Resealed, SealedRow, StoreError};

use super::one;
use crate::connection::{Conn, each};
use crate::schema::{keys, secrets};

/// Replaces a sealed secret; only by what was decided on.
pub(super) fn write(conn: &mut Conn, secret: &Resealed) -> Result<(), StoreError> {
    let (before, after) = (secret.before.as_slice(), secret.after.as_slice());
    let rows = match &secret.row {
        SealedRow::Key(kid) => {
            let row = keys::table.find(kid.as_str()).filter(keys::sealed_private.eq(before));
            each!(conn, c => diesel::update(row).set(keys::sealed_private.eq(after)).execute(c.as_mut()))
        }
        SealedRow::Secret(name) => {
            let row = secrets::table.find(name.as_str()).filter(secrets::sealed.eq(before));
            each!(conn, c => diesel::update(row).set(secrets::sealed.eq(after)).execute(c.as_mut()))
        }
    };
    one(rows, "a secret was sealed anew meanwhile")
}
