//! Connections to the two databases: one enum, one statement text for both.

#[cfg(feature = "sqlite")]
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::r2d2::R2D2Connection as _;
use diesel::{Connection as _, ConnectionError, QueryResult};

/// Compiles one body per database.
macro_rules! each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            $crate::connection::Conn::Sqlite($c) => $body,
            #[cfg(feature = "postgres")]
            $crate::connection::Conn::Postgres($c) => $body,
        }
    };
}
pub(crate) use each;

/// One connection.
pub(crate) enum Conn {
    #[cfg(feature = "sqlite")]
    Sqlite(Box<diesel::SqliteConnection>),
    #[cfg(feature = "postgres")]
    Postgres(Box<diesel::PgConnection>),
}

/// Why a text is no address of a database.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected `postgres://…`, or `sqlite://` and a path; nothing else is guessed")]
pub struct UrlError;

/// Where the database is.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file.
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    /// A server, as libpq reads it; may hold a password.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl DatabaseUrl {
    /// A file of the embedded database.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }

    /// Whether the database is embedded in this process.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }

    /// The bytes of the file of an embedded database; `None` where there is no file, or yet none.
    #[must_use]
    pub fn file_size(&self) -> Option<u64> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => std::fs::metadata(path).map(|file| file.len()).ok(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }
}

impl core::str::FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        #[cfg(feature = "sqlite")]
        if let Some(path) = text.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        #[cfg(feature = "postgres")]
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(UrlError)
    }
}

impl core::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.is_embedded() { "DatabaseUrl(sqlite)" } else { "DatabaseUrl(postgres, redacted)" })
    }
}

impl Conn {
    /// Connects, and sets the session up.
    pub(crate) fn connect(url: &DatabaseUrl) -> Result<Self, ConnectionError> {
        match url {
            #[cfg(feature = "sqlite")]
            DatabaseUrl::Sqlite(path) => {
                let mut conn = diesel::SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Sqlite(Box::new(conn)))
            }
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => {
                let mut conn = diesel::PgConnection::establish(&with_defaults(url))?;
                conn.batch_execute(
                    "SET lock_timeout = '2s'; SET statement_timeout = '10s'; \
                     SET idle_in_transaction_session_timeout = '500ms'; SET client_min_messages = 'warning'; \
                     SELECT set_config('synchronous_commit', 'on', false) \
                     WHERE current_setting('synchronous_commit') = 'off';",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Postgres(Box::new(conn)))
            }
        }
    }

    /// Begins a transaction that writes. On SQLite the lock of the database is taken at once.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c.as_mut(), "BEGIN IMMEDIATE"),
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => {
                AnsiTransactionManager::begin_transaction_sql(c.as_mut(), "BEGIN ISOLATION LEVEL READ COMMITTED")
            }
        }
    }

    /// Begins a transaction that reads as of one instant.
    pub(crate) fn begin_read(&mut self) -> QueryResult<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c.as_mut(), "BEGIN DEFERRED"),
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
                c.as_mut(),
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
        }
    }

    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        each!(self, c => AnsiTransactionManager::commit_transaction(c.as_mut()))
    }

    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        each!(self, c => AnsiTransactionManager::rollback_transaction(c.as_mut()))
    }

    /// Whether the database is embedded in this process.
    pub(crate) fn is_embedded(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> QueryResult<()> {
        each!(self, c => c.batch_execute(sql))
    }

    pub(crate) fn is_broken(&mut self) -> bool {
        each!(self, c => c.is_broken())
    }

    pub(crate) fn ping(&mut self) -> QueryResult<()> {
        each!(self, c => c.ping())
    }
}

/// A node must reach the server that takes writes, and must not wait for one for ever.
#[cfg(feature = "postgres")]
fn with_defaults(url: &str) -> String {
    // A machine that vanished without a word is noticed within seconds: by what it does not confirm, and by its silence.
    let defaults = [
        ("target_session_attrs", "read-write"),
        ("connect_timeout", "5"),
        ("application_name", "tokenward"),
        ("tcp_user_timeout", "5000"),
        ("keepalives_idle", "3"),
        ("keepalives_interval", "1"),
        ("keepalives_count", "3"),
    ];
    defaults.into_iter().filter(|(name, _)| !url.contains(&format!("{name}="))).fold(
        url.to_owned(),
        |url, (name, value)| {
            let joint = if url.contains('?') { '&' } else { '?' };
            format!("{url}{joint}{name}={value}")
        },
    )
}
