//! A follower's way to the log: a connection of its own, and what has happened since an event it knows.

use std::time::Duration;

use diesel::prelude::*;
use fail::fail_point;
use token_core::{
    CaughtUp, Continuity, Digest, EventKind, Head, Link, NodeId, Renewal, Seq, StoreError, Touches, WakeUps,
};

use crate::TokenStore;
use crate::connection::{Conn, DatabaseUrl, each};
use crate::error::{commit_failed, corrupt, failed};
use crate::events::{digest, read_head, read_touches};
use crate::guard_source::rules;
use crate::nodes;
use crate::schema::events;

/// Most events that are read one by one; whoever is further behind forgets everything and reads nothing of them.
const MOST: u64 = 10_000;

/// How often a signal is looked for.
#[cfg(feature = "postgres")]
const LOOK: Duration = Duration::from_millis(3);
#[cfg(feature = "sqlite")]
const GLANCE: Duration = Duration::from_millis(20);

/// See [`Link`].
struct Following(Conn);

impl Following {
    fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        connect(url, "SET statement_timeout = '1s'; SET lock_timeout = '500ms';").map(Self)
    }

    fn read<T>(&mut self, look: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.0.begin_read().map_err(failed)?;
        match look(&mut self.0) {
            Ok(value) => self.0.commit().map(|()| value).map_err(failed),
            Err(error) => {
                let _ = self.0.rollback();
                Err(error)
            }
        }
    }

    fn write<T>(&mut self, act: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.0.begin_write().map_err(failed)?;
        let done = act(&mut self.0).and_then(|value| {
            self.0.commit().map(|()| value).map_err(|error| {
                let lost = self.0.is_broken();
                commit_failed(error, lost)
            })
        });
        if done.is_err() {
            let _ = self.0.rollback();
        }
        done
    }
}

impl Link for Following {
    /// The embedded database serves one server, whose lock is its registration: nothing is written there.
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        if self.0.is_embedded() {
            return Ok(Renewal::Kept);
        }
        self.write(|conn| {
            let renewed = nodes::renew(conn, node, applied)?;
            fail_point!("follow.lease");
            Ok(renewed)
        })
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        self.read(|conn| caught_up(conn, known))
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        if self.0.is_embedded() {
            return Ok(());
        }
        self.write(|conn| nodes::leave(conn, node))
    }
}

fn connect(url: &DatabaseUrl, settings: &str) -> Result<Conn, StoreError> {
    let unavailable = |error| StoreError::Unavailable(Box::new(error));
    let mut conn = Conn::connect(url).map_err(unavailable)?;
    if !conn.is_embedded() {
        conn.batch(settings).map_err(failed)?;
    }
    Ok(conn)
}

/// What has happened since `known`, as of one instant.
pub(crate) fn caught_up(conn: &mut Conn, known: &Head) -> Result<CaughtUp, StoreError> {
    let head = read_head(conn)?.head;
    let continuity = continuity(conn, known, &head)?;
    let mut touches = match head.seq.get().checked_sub(known.seq.get()) {
        Some(0) if continuity == Continuity::Unbroken => Touches::default(),
        Some(behind) if behind <= MOST && continuity == Continuity::Unbroken => touched_since(conn, known.seq)?,
        _ => Touches { everything: true, ..Touches::default() },
    };
    touches.users.clear();
    let ruled = touches.everything || touches.routes || !touches.roles.is_empty() || !touches.keys.is_empty();
    let rules = if ruled { Some(rules(conn)?) } else { None };
    Ok(CaughtUp { head, continuity, touches, rules })
}

fn continuity(conn: &mut Conn, known: &Head, head: &Head) -> Result<Continuity, StoreError> {
    if known.epoch != head.epoch {
        return Ok(Continuity::OtherEpoch);
    }
    let at = if known.seq == head.seq { Some(head.digest) } else { digest_at(conn, known.seq)? };
    Ok(if at == Some(known.digest) { Continuity::Unbroken } else { Continuity::GoneBack })
}

/// The digest of an event; all zero before the first; `None` where there is no such event.
fn digest_at(conn: &mut Conn, seq: Seq) -> Result<Option<Digest>, StoreError> {
    if seq == Seq::ZERO {
        return Ok(Some(Digest([0; 32])));
    }
    let Ok(number) = i64::try_from(seq.get()) else { return Ok(None) };
    let row = events::table.find(number).select(events::digest);
    let bytes: Option<Vec<u8>> = each!(conn, c => row.first(c.as_mut()).optional()).map_err(failed)?;
    bytes.map(|bytes| digest(&bytes).ok_or_else(|| corrupt("events", number, "digest"))).transpose()
}

/// Everything that events after `seq` touch. An event nobody here understands touches everything.
fn touched_since(conn: &mut Conn, seq: Seq) -> Result<Touches, StoreError> {
    let after = i64::try_from(seq.get()).map_err(|error| corrupt("events", 0, error))?;
    let rows = events::table.filter(events::seq.gt(after)).order(events::seq).select((events::kind, events::touches));
    let rows: Vec<(String, String)> = each!(conn, c => rows.load(c.as_mut())).map_err(failed)?;
    let mut all = Touches::default();
    for (kind, text) in rows {
        let known = kind.parse::<EventKind>().ok().and_then(|_| read_touches(&text));
        let Some(one) = known else { return Ok(Touches { everything: true, ..Touches::default() }) };
        all.everything |= one.everything;
        all.tokens.extend(one.tokens);
        all.roles.extend(one.roles);
        all.keys.extend(one.keys);
        all.routes |= one.routes;
    }
    Ok(all)
}

/// Waits for signals of PostgreSQL, which fire at commit.
#[cfg(feature = "postgres")]
struct Signals(Box<diesel::PgConnection>);

#[cfg(feature = "postgres")]
impl WakeUps for Signals {
    fn wait(&mut self, most: Duration) -> Result<bool, StoreError> {
        let mut waited = Duration::ZERO;
        loop {
            let mut signalled = false;
            for signal in self.0.notifications_iter() {
                signalled |= signal.map_err(failed).map(|_| true)?;
            }
            if signalled || most <= waited {
                return Ok(signalled);
            }
            std::thread::sleep(LOOK);
            waited += LOOK;
        }
    }
}

/// Looks whether another process has changed the file; reads nothing of it.
#[cfg(feature = "sqlite")]
struct Glances {
    conn: Box<diesel::SqliteConnection>,
    version: i64,
}

#[cfg(feature = "sqlite")]
impl Glances {
    fn look(&mut self) -> Result<bool, StoreError> {
        #[derive(QueryableByName)]
        struct Version {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            data_version: i64,
        }
        let read = diesel::sql_query("PRAGMA data_version").get_result(self.conn.as_mut());
        let now: Version = read.map_err(failed)?;
        let other = now.data_version != self.version;
        self.version = now.data_version;
        Ok(other)
    }
}

#[cfg(feature = "sqlite")]
impl WakeUps for Glances {
    fn wait(&mut self, most: Duration) -> Result<bool, StoreError> {
        let mut waited = Duration::ZERO;
        loop {
            let changed = self.look()?;
            if changed || most <= waited {
                return Ok(changed);
            }
            std::thread::sleep(GLANCE);
            waited += GLANCE;
        }
    }
}

impl TokenStore {
    /// A way to the log for one follower, on a connection of its own.
    pub(crate) fn following(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(Following::open(&self.url)?))
    }

    /// Signs that somebody wrote, on a connection of its own. Whoever asks for them looks once afterwards, since what
    /// was written before gives no sign.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn wake_ups(&self) -> Result<Box<dyn WakeUps>, StoreError> {
        match connect(&self.url, "LISTEN tokenward_log")? {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(conn) => {
                let mut glances = Glances { conn, version: 0 };
                glances.look()?;
                Ok(Box::new(glances))
            }
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => Ok(Box::new(Signals(conn))),
        }
    }
}

/// Wakes every follower when this transaction commits.
pub(crate) fn wake(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Ok(()),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => conn.batch("NOTIFY tokenward_log").map_err(failed),
    }
}
