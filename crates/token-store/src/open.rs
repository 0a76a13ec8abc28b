//! Opening: schema, first rows, chain key.

use std::sync::Arc;

#[cfg(feature = "sqlite")]
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use token_core::{Author, BuiltIn, Change, Clock, Randomness, Role, StoreError, UnixMicros};
use token_seal::{ChainKey, MasterKey};

use crate::TokenStore;
use crate::changes::insert_role;
use crate::connection::{Conn, DatabaseUrl, each};
use crate::database::Pools;
use crate::error::failed;
use crate::events::{append, lock_head, write_head};
#[cfg(feature = "sqlite")]
use crate::inspect;
use crate::schema::{event_head, installation, secrets};
use crate::support::ensure_served;
#[cfg(feature = "sqlite")]
use crate::support::exists;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

pub(crate) const CHAIN_KEY: &str = "chain-key";

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Connections that read, 1 or more.
    pub readers: u32,
    /// The master key, if this node has it.
    pub master: Option<Arc<MasterKey>>,
}

/// Why a store was not opened. Nothing is guessed, and nothing was damaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database is away, or answered something else than it should.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The file is a link or no file at all.
    #[error("the database file is a link, a folder or something else that is no plain file")]
    NoFile,
    /// The file, or the tables that are there, belong to another program.
    #[error("the database belongs to another program")]
    Foreign,
    /// Pages of the file are not what was written.
    #[error("the database file is damaged: {0}")]
    Damaged(String),
    /// The schema was made by a later version of this product.
    #[error("the database was changed by a newer version of this program, and is not for this one any more")]
    Newer,
    /// The database would lose what it confirmed when the power goes.
    #[error("the database does not keep what it confirms: {0}")]
    NotDurable(String),
    /// The migrations failed.
    #[error("the schema could not be brought up to date: {0}")]
    Migration(String),
    /// There is a chain key and the master key does not open it.
    #[error("the master key is not the one this database was made with")]
    WrongMasterKey,
    /// No randomness for first keys.
    #[error("the system's source of randomness failed")]
    Randomness,
}

impl TokenStore {
    /// Connects, brings the schema up to date and makes what is missing: first rows, built-in roles, chain key.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(
        url: &DatabaseUrl,
        options: &StoreOptions,
        clock: Arc<dyn Clock>,
        randomness: &dyn Randomness,
    ) -> Result<Self, OpenError> {
        #[cfg(feature = "sqlite")]
        inspect::ensure_not_foreign(url)?;
        let pools = Pools::new(url, options.readers.max(1))?;
        {
            let mut conn = pools.writer()?;
            migrate(&mut conn)?;
            ensure_durable(&mut conn)?;
        }
        let now = clock.now();
        let master = options.master.as_deref();
        let made = pools.write(|conn| prepare(conn, master, randomness, now).map(Some).map_err(carried))?;
        let (chain, cursor_key) = match made {
            Some(Prepared { chain: Chain::Wrong, .. }) => return Err(OpenError::WrongMasterKey),
            Some(Prepared { chain: Chain::Open(chain), cursor_key }) => (Some(*chain), cursor_key),
            Some(Prepared { chain: Chain::Absent, cursor_key }) => (None, cursor_key),
            None => return Err(OpenError::Store(StoreError::NotApplied("the database was not prepared"))),
        };
        Ok(Self { pools, url: url.clone(), clock, chain, cursor_key })
    }
}

/// Two nodes that start at once migrate one after the other.
pub(crate) fn migrate(conn: &mut Conn) -> Result<(), OpenError> {
    let failure = |error: &dyn std::fmt::Display| OpenError::Migration(error.to_string());
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => {
            conn.begin_write().map_err(failed)?;
            let done = run_pending(conn, &failure);
            match done {
                Ok(()) => conn.commit().map_err(|error| OpenError::Store(failed(error))),
                Err(error) => {
                    let _ = conn.rollback();
                    Err(error)
                }
            }
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => {
            conn.batch("SELECT pg_advisory_lock(6073479243)").map_err(failed)?;
            let done = run_pending(conn, &failure);
            conn.batch("SELECT pg_advisory_unlock(6073479243)").map_err(failed)?;
            done
        }
    }
}

fn run_pending(conn: &mut Conn, failure: &dyn Fn(&dyn std::fmt::Display) -> OpenError) -> Result<(), OpenError> {
    let known = match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES),
    };
    #[cfg(feature = "sqlite")]
    let fresh = !exists(conn, "installation")?;
    ensure_served(conn, &known.map_err(|error| failure(&error))?)?;
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(c) => {
            if fresh {
                let mark = format!("PRAGMA application_id = {}", inspect::APPLICATION_ID);
                c.batch_execute(&mark).map_err(failed)?;
            }
            c.run_pending_migrations(SQLITE).map(|_| ()).map_err(|error| failure(&error))
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => c.run_pending_migrations(POSTGRES).map(|_| ()).map_err(|error| failure(&error)),
    }
}

/// The migrations this program knows.
fn versions<DB: diesel::backend::Backend>(
    migrations: &EmbeddedMigrations,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let known = diesel::migration::MigrationSource::<DB>::migrations(migrations)?;
    Ok(known.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// What is confirmed must be on the disk. An embedded database is ours to set up; of a server it is said loudly.
fn ensure_durable(conn: &mut Conn) -> Result<(), OpenError> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let (sql, wanted) = match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => (
            "SELECT (SELECT journal_mode FROM pragma_journal_mode) || ' ' || \
             (SELECT synchronous FROM pragma_synchronous) AS value",
            "wal 2",
        ),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => {
            ("SELECT current_setting('fsync') || ' ' || current_setting('full_page_writes') AS value", "on on")
        }
    };
    let found: Setting = each!(conn, c => diesel::sql_query(sql).get_result(c.as_mut())).map_err(failed)?;
    match conn {
        _ if found.value == wanted => Ok(()),
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Err(OpenError::NotDurable(format!("its modes are `{}`, not `{wanted}`", found.value))),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => {
            tracing::warn!("the PostgreSQL server runs with fsync or full_page_writes off: a power cut loses changes");
            Ok(())
        }
    }
}

struct Prepared {
    chain: Chain,
    cursor_key: [u8; 32],
}

enum Chain {
    Open(Box<ChainKey>),
    Absent,
    Wrong,
}

fn carried(error: OpenError) -> StoreError {
    match error {
        OpenError::Store(error) => error,
        other => StoreError::Unavailable(Box::new(other)),
    }
}

fn random<const N: usize>(randomness: &dyn Randomness) -> Result<[u8; N], OpenError> {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes).map_err(|_| OpenError::Randomness)?;
    Ok(bytes)
}

fn prepare(
    conn: &mut Conn,
    master: Option<&MasterKey>,
    randomness: &dyn Randomness,
    now: UnixMicros,
) -> Result<Prepared, OpenError> {
    let stored: Option<Vec<u8>> =
        each!(conn, c => installation::table.select(installation::cursor_key).first(c.as_mut()).optional())
            .map_err(failed)?;
    let fresh = stored.is_none();
    let cursor_key = match stored {
        Some(key) => key.try_into().map_err(|_| StoreError::Corrupt {
            table: "installation",
            id: "1".to_owned(),
            what: "cursor_key".to_owned(),
        })?,
        None => first_rows(conn, randomness)?,
    };
    let chain = chain_key(conn, master, randomness)?;
    if fresh {
        let key = if let Chain::Open(key) = &chain { Some(key.as_ref()) } else { None };
        let mut head = lock_head(conn)?;
        append(conn, &mut head, key, (&Author::system(), &Change::InstallationCreated, now))?;
        write_head(conn, &head)?;
    }
    Ok(Prepared { chain, cursor_key })
}

fn first_rows(conn: &mut Conn, randomness: &dyn Randomness) -> Result<[u8; 32], OpenError> {
    let cursor_key = random::<32>(randomness)?;
    let epoch = random::<16>(randomness)?;
    let first = (installation::id.eq(1_i64), installation::cursor_key.eq(cursor_key.to_vec()));
    each!(conn, c => diesel::insert_into(installation::table).values(first).execute(c.as_mut())).map_err(failed)?;
    let head = (
        event_head::id.eq(1_i64),
        event_head::epoch.eq(epoch.to_vec()),
        event_head::seq.eq(0_i64),
        event_head::digest.eq(vec![0_u8; 32]),
        event_head::sealed_through.eq(0_i64),
    );
    each!(conn, c => diesel::insert_into(event_head::table).values(head).execute(c.as_mut())).map_err(failed)?;
    for built_in in BuiltIn::ALL {
        let wrong = |_| StoreError::NotApplied("a built-in role has no good name");
        let role = Role {
            id: built_in.id(),
            name: built_in.name().parse().map_err(wrong)?,
            description: built_in.description().parse().map_err(wrong)?,
            rules: Vec::new(),
            version: 1,
        };
        insert_role(conn, &role)?;
    }
    Ok(cursor_key)
}

fn chain_key(conn: &mut Conn, master: Option<&MasterKey>, randomness: &dyn Randomness) -> Result<Chain, OpenError> {
    let Some(master) = master else { return Ok(Chain::Absent) };
    let sealed: Option<Vec<u8>> =
        each!(conn, c => secrets::table.find(CHAIN_KEY).select(secrets::sealed).first(c.as_mut()).optional())
            .map_err(failed)?;
    if let Some(sealed) = sealed {
        return Ok(ChainKey::open(master, &sealed).map_or(Chain::Wrong, |key| Chain::Open(Box::new(key))));
    }
    let key = ChainKey::generate(randomness).map_err(|_| OpenError::Randomness)?;
    let sealed = key.seal(master, randomness).map_err(|_| OpenError::Randomness)?;
    let row = (secrets::name.eq(CHAIN_KEY), secrets::sealed.eq(sealed));
    each!(conn, c => diesel::insert_into(secrets::table).values(row).execute(c.as_mut())).map_err(failed)?;
    Ok(Chain::Open(Box::new(key)))
}
