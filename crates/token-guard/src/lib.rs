//! What a caller meets: admits a bearer token and decides what it may do. Refuses to know how tokens are stored (it
//! is handed a [`token_core::GuardSource`]), how they are administered, and, but for the features `actix`, `tower` and
//! `axum`, HTTP.
//!
//! It keeps what it has read and follows the log of changes: a warm call asks nobody, and what it knows is never older
//! than its lease. [`follower`] and [`waiter`] are the protocol itself, without any I/O.
//!
//! ```
//! use std::net::IpAddr;
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use token_core::{Clock as _, GuardSource, NodeId, StoreError, permission};
//! use token_guard::{Arrival, Follow, Guard, Presented, Refusal, Warm, WallClock};
//!
//! /// A guard over any source: a store of your own, `token_store::TokenStore`, `token_client::RemoteSource`.
//! fn open(source: Arc<dyn GuardSource>, node: NodeId) -> Result<Guard, StoreError> {
//!     let guard = Guard::open(source, Follow::new(node, Duration::from_secs(1)))?;
//!     // The first round registers the node, the second makes it fresh; `Following` keeps it so.
//!     guard.round()?;
//!     guard.round()?;
//!     Ok(guard)
//! }
//!
//! /// What a call is answered: 200, or the status of a refusal.
//! fn status(guard: &Guard, authorization: &[u8], peer: Option<IpAddr>, clock: &WallClock) -> u16 {
//!     let presented = Presented::from_fields([authorization]);
//!     let arrival = Arrival { now: clock.now().seconds(), peer };
//!     let admitted = match guard.admit_warm(&presented, arrival) {
//!         Warm::Decided(admitted) => admitted,
//!         Warm::Cold(text) => guard.admit_text(text, arrival), // may block
//!     };
//!     match admitted.and_then(|caller| caller.require(&permission!("assets:read"))) {
//!         Ok(()) => 200,
//!         Err(refusal) => refusal.answer().status,
//!     }
//! }
//!
//! assert_eq!(Refusal::NoCredentials.answer().status, 401);
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `actix` | a middleware and extractors for actix-web 4 |
//! | `tower` | layers over `http::Request` |
//! | `axum` | `tower`, and extractors for axum |
//! | `test-support` | callers for tests of your routes, under `[dev-dependencies]` |

#[cfg(feature = "actix")]
pub mod actix;
mod admission;
#[cfg(feature = "axum")]
mod axum;
mod boot;
mod budget;
mod caller;
mod client_address;
mod deadline;
mod everywhere;
mod follow;
pub mod follower;
mod front;
mod guard;
#[cfg(any(feature = "actix", feature = "tower"))]
mod hop;
mod inspection;
mod judgement;
mod known;
mod memory;
#[cfg(any(feature = "actix", feature = "tower"))]
mod patience;
mod place;
mod presented;
mod problem;
mod refusal;
mod require;
mod rounds;
mod routed;
mod seen;
mod snapshots;
mod stops;
mod sync;
mod tally;
#[cfg(feature = "test-support")]
#[expect(clippy::expect_used, reason = "what is wrong in a test fails it by panicking")]
pub mod test_support;
#[cfg(feature = "actix")]
mod told;
#[cfg(feature = "tower")]
pub mod tower;
mod turn;
mod usage;
mod verified;
pub mod waiter;
mod wall_clock;

pub use admission::{Arrival, Warm};
pub use boot::SystemBoot;
pub use budget::SIGNATURE_CHECKS_PER_SECOND;
pub use caller::Caller;
pub use client_address::client_address;
pub use everywhere::{Everywhere, OwnNode};
pub use follow::{Following, Listen};
pub use guard::{CACHED_TOKENS, Follow, Guard};
pub use inspection::{Inspected, Inspection, Question};
pub use ipnet::IpNet;
pub use presented::Presented;
pub use refusal::{Refusal, RefusalAnswer};
pub use require::{Refused, Require, Requirement};
pub use routed::Routed;
pub use token_core::{Permission, permission};
#[cfg(feature = "actix")]
pub use told::Told;
pub use waiter::Effective;
pub use wall_clock::WallClock;
