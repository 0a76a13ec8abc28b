//! Which schemas this program serves beside newer ones: every migration after the first only adds, so that programs of
//! two versions serve one database, unless the newer schema says that it is not for the older one.

use diesel::prelude::*;

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::open::OpenError;
use crate::schema::schema_support;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// Refuses a schema that is not for a program which knows the migrations `known`, and tables of another program.
/// Reads alone.
pub(crate) fn ensure_served(conn: &mut Conn, known: &[String]) -> Result<(), OpenError> {
    if !exists(conn, "__diesel_schema_migrations")? || !exists(conn, "installation")? {
        return if others(conn)? == 0 { Ok(()) } else { Err(OpenError::Foreign) };
    }
    let applied = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    let applied: Vec<Version> = each!(conn, c => diesel::sql_query(applied).load(c.as_mut())).map_err(failed)?;
    let unknown: Vec<&Version> = applied.iter().filter(|applied| !known.contains(&applied.version)).collect();
    let Some(newest) = unknown.last() else { return Ok(()) };
    let oldest: Option<i64> = if exists(conn, "schema_support")? {
        let row = schema_support::table.select(schema_support::oldest);
        each!(conn, c => row.first(c.as_mut()).optional()).map_err(failed)?
    } else {
        None
    };
    let ours = known.iter().filter_map(|version| version.parse::<i64>().ok()).max();
    if oldest.zip(ours).is_some_and(|(oldest, ours)| oldest <= ours) {
        tracing::warn!(schema.newest = %newest.version, "serves beside a newer program, whose schema allows it");
        return Ok(());
    }
    Err(OpenError::Newer)
}

pub(crate) fn exists(conn: &mut Conn, table: &str) -> Result<bool, OpenError> {
    let sql = match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => format!("SELECT count(*) AS number FROM sqlite_schema WHERE name = '{table}'"),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => {
            format!("SELECT count(*) AS number FROM pg_class WHERE oid = to_regclass('{table}')")
        }
    };
    Ok(0 < number(conn, &sql)?)
}

/// How many tables there are that are not of our making. A file was looked at before.
fn others(conn: &mut Conn) -> Result<i64, OpenError> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Ok(0),
        // What extensions brought does not count.
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => number(
            conn,
            "SELECT count(*) AS number FROM pg_class AS t WHERE t.relkind IN ('r', 'p') \
             AND t.relnamespace = current_schema()::regnamespace AND t.relname <> '__diesel_schema_migrations' \
             AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = t.oid AND d.deptype = 'e')",
        ),
    }
}

fn number(conn: &mut Conn, sql: &str) -> Result<i64, OpenError> {
    let row: Number = each!(conn, c => diesel::sql_query(sql).get_result(c.as_mut())).map_err(failed)?;
    Ok(row.number)
}
