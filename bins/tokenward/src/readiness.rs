//! Whether this node can serve, part by part; and what its clock is worth.

use std::collections::BTreeMap;
use std::sync::Arc;

use token_core::{Clock as _, Store as _, StoreError};
use token_guard::Guard;
use token_http::{PoolView, Readiness, StoreView};
use token_store::{PoolUse, TokenStore};
use token_wire::ReadinessView;

use crate::clock::{SystemClock, Trust, is_told};

/// Beyond this the clocks of node and database are told to differ, in seconds.
const TELL: i64 = 2;
/// Beyond this a node must not judge what has expired, in seconds.
const MOST: i64 = 30;
/// How many looks pass between two looks at the clock of the database.
const LOOKS: u32 = 100;

/// What `GET /readyz` looks at.
pub(crate) struct Ready {
    pub(crate) store: Arc<TokenStore>,
    pub(crate) clock: Arc<SystemClock>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) signs: bool,
}

impl Readiness for Ready {
    fn check(&self) -> ReadinessView {
        let difference = difference(&self.store, &self.clock);
        let fresh = self.guard.is_fresh();
        let ready = fresh && difference.as_ref().is_ok_and(|seconds| seconds.abs() <= MOST);
        let clock = match (self.clock.trust(), &difference) {
            (_, Ok(seconds)) if TELL < seconds.abs() => format!("{seconds} s off the database's"),
            (Trust::Behind(seconds), _) => format!("{seconds} s behind; time goes on without it"),
            (Trust::Ahead(seconds), _) => format!("{seconds} s ahead"),
            (Trust::Right, _) => "ok".to_owned(),
        };
        let database = if difference.is_ok() { "ok" } else { "away" };
        let signing = if self.signs { "ok" } else { "verify only" };
        let log = if fresh { "ok" } else { "cannot be followed" };
        let durable = self.store.durability().as_str();
        let parts = [
            ("clock", clock.as_str()),
            ("database", database),
            ("durable", durable),
            ("log", log),
            ("signing", signing),
        ];
        let parts = parts.map(|(name, says)| (name.to_owned(), says.to_owned()));
        ReadinessView { ready, parts: BTreeMap::from(parts) }
    }

    fn store(&self) -> StoreView {
        let pool = |PoolUse { name, connections, idle, most }| PoolView { name, connections, idle, most };
        StoreView { head: self.store.head().ok().map(|head| head.seq), pools: self.store.pool_use().map(pool).to_vec() }
    }
}

/// By how many seconds our clock is ahead of the database's; 0 where the database has none of its own.
fn difference(store: &TokenStore, clock: &SystemClock) -> Result<i64, StoreError> {
    let theirs = store.database_time()?;
    store.ping()?;
    let ours = clock.now().seconds().get();
    Ok(theirs.filter(|_| compared()).map_or(0, |theirs| ours - theirs.seconds().get()))
}

/// A test that says what time it is says so to the program alone, unless it wants to know better.
fn compared() -> bool {
    !is_told() || std::env::var_os("TOKENWARD_DATABASE_CLOCK").is_some()
}

/// Follows the wall clock, and remembers the time for the next start as long as the database agrees with it.
pub(crate) struct ClockKeeper {
    store: Arc<TokenStore>,
    clock: Arc<SystemClock>,
    looks: u32,
    agreed: bool,
}

impl ClockKeeper {
    pub(crate) fn new(store: Arc<TokenStore>, clock: Arc<SystemClock>) -> Self {
        if let Trust::Behind(seconds) = clock.trust() {
            tracing::error!(
                clock.file = %clock.file().display(),
                "the clock is {seconds} s behind the last time this node knew; time goes on from there. If the clock \
                 is right now, remove the file and start again"
            );
        }
        Self { store, clock, looks: 0, agreed: false }
    }

    /// To be called often.
    pub(crate) fn look(&mut self) {
        if self.looks.is_multiple_of(LOOKS) {
            // Where the database is away, what was found last stays; readiness tells of the rest.
            let _ = self.store.look_at_durability();
            self.agreed = match difference(&self.store, &self.clock) {
                Ok(seconds) if TELL < seconds.abs() => {
                    tracing::warn!(clock.ahead_s = seconds, "the clocks of this node and the database differ");
                    seconds.abs() <= MOST
                }
                answered => answered.is_ok(),
            };
        }
        self.looks = self.looks.wrapping_add(1);
        if self.agreed {
            self.clock.follow();
        }
    }
}
