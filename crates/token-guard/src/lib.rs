//! What a caller meets: admits a bearer token and decides what it may do. Refuses to know how tokens are stored (it
//! is handed a [`token_core::GuardSource`]), how they are administered, and, but for the feature `actix`, HTTP.
//!
//! This version asks its source on every call: slow, never wrong.

#[cfg(feature = "actix")]
pub mod actix;
mod admission;
mod budget;
mod caller;
mod client_address;
mod presented;
mod refusal;
mod seen;
mod snapshots;
mod tally;

pub use admission::{Arrival, Guard};
pub use budget::SIGNATURE_CHECKS_PER_SECOND;
pub use caller::Caller;
pub use client_address::client_address;
pub use ipnet::IpNet;
pub use presented::Presented;
pub use refusal::{Refusal, RefusalAnswer};
