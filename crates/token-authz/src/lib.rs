//! May the holder of these roles do this? Compiles the rules of roles into effective permissions, decides, explains,
//! and says whether a change gives away more than its author holds. Pure functions: refuses to know tokens, people,
//! stores, clocks and HTTP, and has no answer besides allow and deny, so that no failure reads as a yes.

mod decision;
mod explanation;
mod keyed_hash;
mod permissions;
mod policy;
mod table;
pub mod widening;

pub use decision::{Decision, Denial, Through};
pub use explanation::{Explanation, explain};
pub use permissions::Permissions;
pub use policy::Policy;
pub use widening::{NotHeld, ensure_all_held, ensure_edit_held, ensure_held};
