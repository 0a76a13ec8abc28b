//! Named stops, for tests of the whole product. Nothing of them is compiled in without the feature `failpoints`. The
//! program takes orders for those alone that `bins/tokenward/src/faults.rs` names, too.
//!
//! `follow.renewed` and `follow.read` are after the two steps of a round, `guard.checked` is between the check of a call
//! and its answer. With the action `return`, `guard.fresh` makes a guard that believes itself fresh for ever, and
//! `everywhere.lease` makes changes that wait for nobody who is silent: tests must notice both.

#[cfg(feature = "failpoints")]
pub(crate) use fail::fail_point as stop;

#[cfg(not(feature = "failpoints"))]
macro_rules! stop {
    ($($of_no_account:tt)*) => {};
}
#[cfg(not(feature = "failpoints"))]
pub(crate) use stop;
