//! Rows, statements, pools, migrations and the event log, on SQLite and PostgreSQL. Refuses to know what may be
//! decided: it is told what to change, and writes every change together with its event.

mod beside;
mod changes;
mod clock;
mod connection;
mod database;
mod durability;
mod error;
mod event_list;
mod events;
mod follow;
mod guard_source;
#[cfg(feature = "sqlite")]
mod inspect;
mod lists;
mod load;
mod nodes;
mod open;
mod replace;
mod requests;
mod routes;
mod schema;
mod sessions;
mod support;
mod token_lists;
mod usage;
mod users;
mod verify;
mod write;

use std::sync::Arc;

pub use beside::Beside;
pub use connection::{DatabaseUrl, UrlError};
pub use database::PoolUse;
#[cfg(feature = "sqlite")]
pub use inspect::ensure_whole;
pub use nodes::LeaseInUse;
pub use open::{OpenError, StoreOptions};
pub use replace::{Replaced, replace_lost_master_key};
pub use write::FAILPOINTS;

use clock::database_time;
use database::Pools;
use token_core::{Clock, StoreError, UnixMicros};
use token_seal::ChainKey;

/// The store. Cheap to share by reference; all connections are inside.
pub struct TokenStore {
    pools: Pools,
    url: DatabaseUrl,
    clock: Arc<dyn Clock>,
    chain: Option<ChainKey>,
    cursor_key: [u8; 32],
}

impl TokenStore {
    /// Whether this node holds the chain key, so that its events are sealed at once.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        self.chain.is_some()
    }

    /// The key that binds paging cursors to their list; the same on every node.
    #[must_use]
    pub fn cursor_key(&self) -> [u8; 32] {
        self.cursor_key
    }

    /// The time by the database's own clock; `None` for an embedded one, which has the clock of this process.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database does not answer.
    pub fn database_time(&self) -> Result<Option<UnixMicros>, StoreError> {
        self.pools.read(database_time)
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when there is none.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.head().map(|_| ())
    }
}

impl TokenStore {
    /// How its connections are used now.
    #[must_use]
    pub fn pool_use(&self) -> [PoolUse; 2] {
        self.pools.used()
    }
}

impl core::fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TokenStore").field("can_seal", &self.can_seal()).finish_non_exhaustive()
    }
}
