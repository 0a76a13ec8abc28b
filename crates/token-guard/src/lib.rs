//! What a caller meets: admits a bearer token and decides what it may do. Refuses to know how tokens are stored (it
//! is handed a [`token_core::GuardSource`]), how they are administered, and, but for the feature `actix`, HTTP.
//!
//! It keeps what it has read and follows the log of changes: a warm call asks nobody, and what it knows is never older
//! than its lease. [`follower`] and [`waiter`] are the protocol itself, without any I/O.

#[cfg(feature = "actix")]
pub mod actix;
mod admission;
mod boot;
mod budget;
mod caller;
mod client_address;
mod deadline;
mod everywhere;
mod follow;
pub mod follower;
mod guard;
mod known;
mod memory;
mod presented;
mod refusal;
mod rounds;
mod seen;
mod snapshots;
mod stops;
mod sync;
mod tally;
mod turn;
mod usage;
mod verified;
pub mod waiter;

pub use admission::{Arrival, Warm};
pub use boot::SystemBoot;
pub use budget::SIGNATURE_CHECKS_PER_SECOND;
pub use caller::Caller;
pub use client_address::client_address;
pub use everywhere::{Everywhere, OwnNode};
pub use follow::{Following, Listen};
pub use guard::{CACHED_TOKENS, Follow, Guard};
pub use ipnet::IpNet;
pub use presented::Presented;
pub use refusal::{Refusal, RefusalAnswer};
pub use waiter::Effective;
