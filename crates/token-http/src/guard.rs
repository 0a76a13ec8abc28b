//! `/api/v1/guard`: the log as guards in other processes follow it.
//!
//! Roles and keys are one route and not two: a guard must not hold roles of one head of the log beside keys of another.

pub(crate) mod first_use;
pub(crate) mod leave;
pub(crate) mod rules;
pub(crate) mod sync;
pub(crate) mod token;
pub(crate) mod usage;

use crate::state::HttpState;

/// What every node goes by, in milliseconds.
fn lease_ms(state: &HttpState) -> u64 {
    u64::try_from(state.everywhere.lease().as_millis()).unwrap_or(u64::MAX)
}
