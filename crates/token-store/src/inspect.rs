//! What is looked at before a database file is touched: whose it is, and whether it is whole.

use diesel::prelude::*;
use token_core::StoreError;

use crate::connection::DatabaseUrl;
use crate::error::failed;
use crate::open::OpenError;

/// Marks an SQLite file as ours: `TKWD`.
pub(crate) const APPLICATION_ID: i64 = 0x544B_5744;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

/// Reads the pages of an embedded database once and looks whether they can be what was written: for a server, before
/// it serves. It takes as long as reading the file. A database server looks after its own pages.
///
/// # Errors
///
/// [`OpenError::Damaged`] with the first finding; the other [`OpenError`]s of a file that is not ours.
pub fn ensure_whole(url: &DatabaseUrl) -> Result<(), OpenError> {
    let Some(mut conn) = existing(url)? else { return Ok(()) };
    ensure_ours(&mut conn)?;
    let damaged = |error: diesel::result::Error| match failed(error) {
        StoreError::Busy => OpenError::Store(StoreError::Busy),
        other => {
            OpenError::Damaged(std::error::Error::source(&other).map_or_else(|| other.to_string(), ToString::to_string))
        }
    };
    // Everything but whether indexes agree with their tables, which every row that is read shows.
    let found = diesel::sql_query("PRAGMA quick_check(1)");
    let found: Finding = found.get_result(&mut conn).map_err(damaged)?;
    if found.quick_check == "ok" { Ok(()) } else { Err(OpenError::Damaged(found.quick_check)) }
}

/// Refuses a file that holds tables of another program, without changing a byte of it.
pub(crate) fn ensure_not_foreign(url: &DatabaseUrl) -> Result<(), OpenError> {
    existing(url)?.map_or(Ok(()), |mut conn| ensure_ours(&mut conn))
}

/// A connection to a file that is there and not empty, on which nothing is set: setting a mode would write.
fn existing(url: &DatabaseUrl) -> Result<Option<SqliteConnection>, OpenError> {
    let path = match url {
        DatabaseUrl::Sqlite(path) => path,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(_) => return Ok(None),
    };
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(OpenError::NoFile),
        Ok(found) if 0 < found.len() => {}
        Ok(_) | Err(_) => return Ok(None),
    }
    let unavailable = |error| OpenError::Store(StoreError::Unavailable(Box::new(error)));
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(unavailable)?;
    diesel::sql_query("PRAGMA busy_timeout = 2000").execute(&mut conn).map_err(failed)?;
    Ok(Some(conn))
}

fn ensure_ours(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let mut number = |sql: &str| -> Result<i64, OpenError> {
        let row: Number = diesel::sql_query(sql).get_result(conn).map_err(failed)?;
        Ok(row.number)
    };
    let tables = number("SELECT count(*) AS number FROM sqlite_schema")?;
    let mark = number("SELECT application_id AS number FROM pragma_application_id")?;
    match (tables, mark) {
        (_, APPLICATION_ID) | (0, 0) => Ok(()),
        _ => Err(OpenError::Foreign),
    }
}
