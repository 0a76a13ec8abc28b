//! Pools: readers, and whoever writes.

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use token_core::StoreError;

use crate::connection::{Conn, DatabaseUrl};
use crate::durability::SetUp;
use crate::error::{commit_failed, failed};

/// Makes connections for the pools.
#[derive(Debug)]
pub(crate) struct Manager {
    url: DatabaseUrl,
    setup: Arc<SetUp>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = Conn::connect(&self.url).map_err(diesel::r2d2::Error::ConnectionError)?;
        // It may be another server than the last one.
        self.setup.look(&mut conn).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

/// On SQLite one connection writes and others read; on PostgreSQL all do both.
pub(crate) struct Pools {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    setup: Arc<SetUp>,
}

/// How a pool of connections is used at an instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PoolUse {
    /// What its connections do: `read` or `write`.
    pub name: &'static str,
    /// How many there are.
    pub connections: u32,
    /// How many of them nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

impl Pools {
    pub(crate) fn new(url: &DatabaseUrl, readers: u32) -> Result<Self, StoreError> {
        let setup = Arc::new(SetUp::default());
        let pool = |size: u32| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .test_on_check_out(false)
                .connection_timeout(Duration::from_secs(2))
                .build(Manager { url: url.clone(), setup: Arc::clone(&setup) })
                .map_err(|error| StoreError::Unavailable(Box::new(error)))
        };
        let writers = if url.is_embedded() { 1 } else { 4 };
        let (readers, writers) = (pool(readers)?, pool(writers)?);
        Ok(Self { readers, writers, setup })
    }

    pub(crate) fn setup(&self) -> &SetUp {
        &self.setup
    }

    pub(crate) fn used(&self) -> [PoolUse; 2] {
        [("read", &self.readers), ("write", &self.writers)].map(|(name, pool)| {
            let state = pool.state();
            PoolUse { name, connections: state.connections, idle: state.idle_connections, most: pool.max_size() }
        })
    }

    pub(crate) fn writer(&self) -> Result<PooledConnection<Manager>, StoreError> {
        self.writers.get().map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// Runs `look` in a snapshot. A connection that turns out to be dead is replaced once.
    pub(crate) fn read<T>(&self, mut look: impl FnMut(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut last = None;
        for _ in 0..2 {
            let mut conn = self.readers.get().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            let read = conn.begin_read().map_err(failed).and_then(|()| look(&mut conn));
            match read {
                Ok(value) => {
                    let end = conn.commit();
                    return end.map(|()| value).map_err(failed);
                }
                Err(error) => {
                    let _ = conn.rollback();
                    if !conn.is_broken() {
                        return Err(error);
                    }
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or(StoreError::Busy))
    }

    /// Runs `act` in one transaction that writes: all of it, or nothing.
    pub(crate) fn write<T>(
        &self,
        act: impl FnOnce(&mut Conn) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.write_then(act, |_| Ok(()))
    }

    /// The same, and what was committed is looked at by the connection that did it: another one may lead to another server
    /// by then. What fails there undoes nothing.
    pub(crate) fn write_then<T>(
        &self,
        act: impl FnOnce(&mut Conn) -> Result<Option<T>, StoreError>,
        committed: impl FnOnce(&mut Conn) -> Result<(), StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut conn = self.writer()?;
        conn.begin_write().map_err(failed)?;
        match act(&mut conn) {
            Ok(Some(value)) => match conn.commit() {
                Ok(()) => committed(&mut conn).map(|()| Some(value)),
                Err(error) => {
                    let _ = conn.rollback();
                    let lost = conn.is_broken();
                    Err(commit_failed(error, lost))
                }
            },
            Ok(None) => {
                let _ = conn.rollback();
                Ok(None)
            }
            Err(error) => {
                let _ = conn.rollback();
                Err(error)
            }
        }
    }
}
