//! Signing in, through the router in this process: who gets in, who has to wait, and what a session is good for.

mod changes;
mod cookies;
mod failures;
pub(crate) mod house;
mod sessions;
mod waiting;
