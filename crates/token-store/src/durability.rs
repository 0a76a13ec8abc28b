//! What a confirmed change survives, as the database is set up, and whether a standby really has one.
//!
//! PostgreSQL holds a commit back until a synchronous standby has it. Somebody may cancel that wait: then the commit
//! stands on one machine, and the client is told so by a mere warning, which the driver throws away. So the standby is
//! asked about after each commit, where the role may see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use token_core::{Durability, StoreError};

use crate::TokenStore;
use crate::connection::{Conn, each};
use crate::error::failed;

/// How often, and how many times, a standby is looked at until it has a change.
const LOOKS: (Duration, u32) = (Duration::from_millis(5), 400);

const SETUP: &str = "SELECT current_setting('synchronous_standby_names') <> '' \
     AND current_setting('synchronous_commit') IN ('on', 'remote_apply') AS replicated, \
     pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS seen";

/// Everything that is on the disk of the server now, the commit before among it.
const WRITTEN: &str = "pg_current_wal_flush_lsn()::text AS position";

/// As many standbys as a commit waits for have all of it; or none is to be waited for any more.
const REACHED: &str = "SELECT current_setting('synchronous_standby_names') = '' OR count(*) >= coalesce(substring(\
     current_setting('synchronous_standby_names') FROM '(?i)^\\s*(?:first\\s+|any\\s+)?([0-9]+)\\s*\\(')::bigint, 1) \
     AS reached FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND flush_lsn >= $1::pg_lsn";

/// How the database was set up when somebody looked last.
#[derive(Debug, Default)]
pub(crate) struct SetUp {
    replicated: AtomicBool,
    seen: AtomicBool,
}

/// A change that is committed, and that no standby is known to have.
#[derive(Debug, thiserror::Error)]
#[error("it is committed, and no standby has confirmed it: its wait for one was cancelled, or the standby is behind")]
struct OnOneMachine;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    replicated: bool,
    #[diesel(sql_type = Bool)]
    seen: bool,
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(embed)]
    found: Found,
    #[diesel(sql_type = Text)]
    position: String,
}

#[derive(QueryableByName)]
struct Reached {
    #[diesel(sql_type = Bool)]
    reached: bool,
}

impl SetUp {
    /// Looks how it is. An embedded database is on one machine.
    pub(crate) fn look(&self, conn: &mut Conn) -> QueryResult<()> {
        if conn.is_embedded() {
            return Ok(());
        }
        let found = each!(conn, c => diesel::sql_query(SETUP).get_result(c.as_mut()))?;
        self.note(&found);
        Ok(())
    }

    fn note(&self, found: &Found) {
        self.replicated.store(found.replicated, Ordering::SeqCst);
        self.seen.store(found.seen, Ordering::SeqCst);
    }

    pub(crate) fn durability(&self) -> Durability {
        if self.replicated.load(Ordering::SeqCst) { Durability::Replicated } else { Durability::Local }
    }
}

impl TokenStore {
    /// Looks how the database is set up: what a confirmed change survives.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then what was found last stays.
    pub fn look_at_durability(&self) -> Result<Durability, StoreError> {
        let setup = self.pools.setup();
        self.pools.read(|conn| setup.look(conn).map_err(failed))?;
        Ok(setup.durability())
    }

    /// Whether this node sees if a standby has a change, as it must to tell a commit whose wait was cancelled.
    #[must_use]
    pub fn sees_standbys(&self) -> bool {
        self.pools.setup().seen.load(Ordering::SeqCst)
    }

    /// Makes sure that what this connection has committed is where the server at its other end says, as far as this node can
    /// see it. Other connections may lead to another server by now.
    pub(crate) fn confirm(&self, conn: &mut Conn) -> Result<(), StoreError> {
        if conn.is_embedded() {
            return Ok(());
        }
        self.reached(conn).map_err(|error| StoreError::OutcomeUnknown(Box::new(error)))
    }

    fn reached(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let written = format!("SELECT setup.*, {WRITTEN} FROM ({SETUP}) AS setup");
        let Written { found, position } =
            each!(conn, c => diesel::sql_query(written).get_result(c.as_mut())).map_err(failed)?;
        self.pools.setup().note(&found);
        if !found.replicated || !found.seen {
            return Ok(());
        }
        for look in 0..LOOKS.1 {
            if 0 < look {
                std::thread::sleep(LOOKS.0);
            }
            let asked = each!(conn, c => {
                diesel::sql_query(REACHED).bind::<Text, _>(&position).get_result::<Reached>(c.as_mut())
            });
            if asked.map_err(failed)?.reached {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(Box::new(OnOneMachine)))
    }
}
