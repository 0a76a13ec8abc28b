//! Registrations of the nodes that follow the log, and the lease they all go by.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use diesel::prelude::*;
use token_core::{CaughtUp, Cluster, Head, NodeId, NodeLease, RemoteNodes, Renewal, Seq, StoreError};

use crate::TokenStore;
use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::load::bytes16;
use crate::schema::{cluster, nodes};

/// Somebody asks for another lease than the one in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the lease of this database is {in_force:?}, and {nodes} nodes go by it")]
pub struct LeaseInUse {
    /// What every node goes by.
    pub in_force: Duration,
    /// How many nodes are registered.
    pub nodes: usize,
}

/// Renews the registration of a node, or makes it.
pub(crate) fn renew(conn: &mut Conn, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
    let applied = number(applied)?;
    let row = nodes::table.find(node.0.as_slice());
    let renewed = (nodes::applied.eq(applied), nodes::renewals.eq(nodes::renewals + 1));
    let rows = each!(conn, c => diesel::update(row).set(renewed).execute(c.as_mut())).map_err(failed)?;
    if rows == 1 {
        return Ok(Renewal::Kept);
    }
    let first = (nodes::node.eq(node.0.to_vec()), nodes::applied.eq(applied), nodes::renewals.eq(anywhere(node)));
    each!(conn, c => diesel::insert_into(nodes::table).values(first).execute(c.as_mut())).map_err(failed)?;
    Ok(Renewal::Registered)
}

/// Where renewals are counted from: a registration that was removed and made again must not be taken for the one before,
/// by somebody who still has to remove that one.
fn anywhere(node: NodeId) -> i64 {
    i64::try_from(RandomState::new().hash_one(node) >> 2).map_or(1, |number| number.max(1))
}

/// Takes a registration away.
pub(crate) fn leave(conn: &mut Conn, node: NodeId) -> Result<(), StoreError> {
    let row = nodes::table.find(node.0.as_slice());
    each!(conn, c => diesel::delete(row).execute(c.as_mut())).map_err(failed)?;
    Ok(())
}

/// Takes away the registrations that tell of more than the log has: of a life of it that is over. Nobody would wait for
/// them, and nobody is fresh by them.
pub(crate) fn leave_behind(conn: &mut Conn, head: Seq) -> Result<(), StoreError> {
    let beyond = nodes::table.filter(nodes::applied.gt(number(head)?));
    each!(conn, c => diesel::delete(beyond).execute(c.as_mut())).map_err(failed)?;
    Ok(())
}

fn all(conn: &mut Conn) -> Result<Vec<NodeLease>, StoreError> {
    const T: &str = "nodes";
    let rows: Vec<(Vec<u8>, i64, i64)> = each!(conn, c => nodes::table.load(c.as_mut())).map_err(failed)?;
    let lease = |(node, applied, renewals): (Vec<u8>, i64, i64)| {
        Ok(NodeLease {
            node: NodeId(bytes16(T, &node)?),
            applied: Seq::new(u64::try_from(applied).map_err(|error| corrupt(T, "?", error))?),
            renewals: u64::try_from(renewals).map_err(|error| corrupt(T, "?", error))?,
        })
    };
    rows.into_iter().map(lease).collect()
}

fn number(seq: Seq) -> Result<i64, StoreError> {
    i64::try_from(seq.get()).map_err(|_| StoreError::NotApplied("the log is full"))
}

impl Cluster for TokenStore {
    fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        self.pools.read(all)
    }

    fn remove(&self, dead: &[NodeLease]) -> Result<(), StoreError> {
        let removed = self.pools.write(|conn| {
            for lease in dead {
                let renewals = i64::try_from(lease.renewals).map_err(|error| corrupt("nodes", lease.node, error))?;
                let row = nodes::table.find(lease.node.0.as_slice()).filter(nodes::renewals.eq(renewals));
                each!(conn, c => diesel::delete(row).execute(c.as_mut())).map_err(failed)?;
            }
            Ok(Some(()))
        });
        removed.map(|_| ())
    }
}

/// Most nodes that are registered at once: whoever may follow the log must not fill the database.
const MOST: i64 = 10_000;

impl RemoteNodes for TokenStore {
    fn renew(&self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        let renewed = self.pools.write(|conn| {
            let renewal = renew(conn, node, applied)?;
            let room = renewal == Renewal::Kept || count(conn)? <= MOST;
            Ok(room.then_some(renewal))
        })?;
        renewed.ok_or(StoreError::NotApplied("there are too many nodes"))
    }

    fn since(&self, known: &Head) -> Result<CaughtUp, StoreError> {
        self.pools.read(|conn| crate::follow::caught_up(conn, known))
    }

    fn leave(&self, node: NodeId) -> Result<(), StoreError> {
        let left = self.pools.write(|conn| leave(conn, node).map(Some))?;
        left.ok_or(StoreError::NotApplied("a registration was not taken away"))
    }
}

fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    each!(conn, c => nodes::table.count().get_result(c.as_mut())).map_err(failed)
}

impl TokenStore {
    /// The lease all nodes go by: the one that is stored, or the first one that was asked for. Another one is taken
    /// only while nobody is registered.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the inner error when `explicit` differs from what others go by.
    pub fn lease(
        &self,
        explicit: Option<Duration>,
        default: Duration,
    ) -> Result<Result<Duration, LeaseInUse>, StoreError> {
        let stored = self.pools.read(stored_lease)?;
        if let Some(stored) = stored
            && explicit.is_none_or(|explicit| explicit == stored)
        {
            return Ok(Ok(stored));
        }
        let wanted = explicit.unwrap_or(default);
        let agreed = self.pools.write(|conn| {
            lock(conn)?;
            let stored = stored_lease(conn)?;
            let registered = all(conn)?.len();
            match stored {
                Some(in_force) if in_force == wanted || explicit.is_none() => return Ok(Some(Ok(in_force))),
                Some(in_force) if 0 < registered => return Ok(Some(Err(LeaseInUse { in_force, nodes: registered }))),
                _ => {}
            }
            let millis = i64::try_from(wanted.as_millis()).map_err(|error| corrupt("cluster", 1, error))?;
            each!(conn, c => diesel::delete(cluster::table).execute(c.as_mut())).map_err(failed)?;
            let row = (cluster::id.eq(1_i64), cluster::lease_ms.eq(millis));
            each!(conn, c => diesel::insert_into(cluster::table).values(row).execute(c.as_mut())).map_err(failed)?;
            Ok(Some(Ok(wanted)))
        })?;
        agreed.ok_or(StoreError::NotApplied("no lease was agreed on"))
    }
}

/// Two nodes that start at once agree one after the other.
fn lock(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Ok(()),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => conn.batch("LOCK TABLE cluster, nodes IN EXCLUSIVE MODE").map_err(failed),
    }
}

fn stored_lease(conn: &mut Conn) -> Result<Option<Duration>, StoreError> {
    let row = cluster::table.select(cluster::lease_ms);
    let millis: Option<i64> = each!(conn, c => row.first(c.as_mut()).optional()).map_err(failed)?;
    Ok(millis.map(|millis| Duration::from_millis(millis.unsigned_abs())))
}
