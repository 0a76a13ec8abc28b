//! The clock of the database server, to hold our own against.

#[cfg(feature = "postgres")]
use diesel::prelude::*;
use token_core::{StoreError, UnixMicros};

use crate::connection::Conn;

/// The database's time; `None` where it has no clock of its own.
pub(crate) fn database_time(conn: &mut Conn) -> Result<Option<UnixMicros>, StoreError> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Ok(None),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            #[derive(QueryableByName)]
            struct Now {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                micros: i64,
            }
            let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros";
            let now: Now = diesel::sql_query(sql).get_result(c.as_mut()).map_err(crate::error::failed)?;
            let corrupt = |_| crate::error::corrupt("clock", "now", "the time of the database");
            UnixMicros::new(now.micros).map(Some).map_err(corrupt)
        }
    }
}
