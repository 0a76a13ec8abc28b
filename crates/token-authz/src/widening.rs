//! Nobody gives, or takes over, what they do not hold.
//!
//! All answers are exact over every permission there can be, now or later, and not only over those in use today.

mod atoms;

use token_core::{PermissionPattern, Rule};

use crate::Permissions;
use crate::table::{Stand, Table};

/// Most cases one answer compares; beyond that it is [`NotHeld::TooComplex`]. Well under a second of work.
pub const MAX_CASES: usize = 2_000_000;

/// What stands against a change.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotHeld {
    /// The caller may not do this, or not all of it: one permission, or a pattern where what is lacking has no narrower name.
    #[error("`{0}` goes beyond what you may do yourself")]
    Permission(PermissionPattern),
    /// It is about the role `admin`, and the caller does not hold it; rules do not replace it.
    #[error("the role `admin` goes beyond what you may do yourself: it takes a holder of that role")]
    Admin,
    /// Too many different rules to compare them all, so the answer is no.
    #[error("more than {MAX_CASES} cases to compare: use fewer rules that name actions for many resources at once")]
    TooComplex,
}

/// Whether `caller` may do everything that a holder may do `after` a change and not `before` it.
///
/// # Errors
///
/// [`NotHeld::Permission`] with an example, broad ones first; [`NotHeld::Admin`] when the change gives `admin`;
/// [`NotHeld::TooComplex`] beyond [`MAX_CASES`].
pub fn ensure_held(before: &Permissions, after: &Permissions, caller: &Permissions) -> Result<(), NotHeld> {
    // Above `admin` there is nothing to add.
    if caller.holds_admin() || before.holds_admin() {
        return Ok(());
    }
    if after.holds_admin() {
        return Err(NotHeld::Admin);
    }
    atoms::refute([before.table(), after.table(), caller.table()], MAX_CASES, |[before, after, caller]| {
        before != Stand::Allowed && after == Stand::Allowed && caller != Stand::Allowed
    })
}

/// Whether `caller` may do everything that an edit of one role's rules can add to anybody, whatever else they hold:
/// where the role now allows and did not, and where it no longer denies. Making a role is an edit from no rules,
/// deleting one an edit to none.
///
/// # Errors
///
/// As [`ensure_held`], without [`NotHeld::Admin`].
pub fn ensure_edit_held(before: &[Rule], after: &[Rule], caller: &Permissions) -> Result<(), NotHeld> {
    if caller.holds_admin() {
        return Ok(());
    }
    let (before, after) = (Table::of(before), Table::of(after));
    atoms::refute([&before, &after, caller.table()], MAX_CASES, |[before, after, caller]| {
        before < after && caller != Stand::Allowed
    })
}

/// Whether `caller` may do everything that `target` may do, so that it may see or replace its credentials.
///
/// # Errors
///
/// As [`ensure_held`]; [`NotHeld::Admin`] when `target` holds `admin`.
pub fn ensure_all_held(target: &Permissions, caller: &Permissions) -> Result<(), NotHeld> {
    ensure_held(&Permissions::default(), target, caller)
}
