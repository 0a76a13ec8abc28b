//! Statements of requests that are remembered.

use diesel::prelude::*;
use token_core::{REMEMBERED_SECONDS, RememberedRequest, StoreError};

use super::one;
use crate::clock::database_time;
use crate::connection::{Conn, each};
use crate::error::failed;
use crate::schema::requests;

/// Most forgotten requests that one write takes away: more than one, so that they do not pile up, and few, so that the
/// lock is never held long.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// Remembers a request. One of the same scope that has been forgotten makes room, and so do some others.
pub(super) fn remember(conn: &mut Conn, request: &RememberedRequest) -> Result<(), StoreError> {
    let end = request.at.get().saturating_sub(REMEMBERED_SECONDS);
    let same = requests::table.find(request.scope.0.to_vec()).filter(requests::done_at.le(end));
    each!(conn, c => diesel::delete(same).execute(c.as_mut())).map_err(failed)?;
    forget(conn, end)?;
    let values = (
        requests::scope.eq(request.scope.0.to_vec()),
        requests::body.eq(request.body.0.to_vec()),
        requests::token_id.eq(request.token.as_bytes().to_vec()),
        requests::jti.eq(request.credential.as_bytes().to_vec()),
        requests::done_at.eq(request.at.get()),
    );
    let rows = each!(conn, c => diesel::insert_into(requests::table).values(values).execute(c.as_mut()));
    one(rows, "the request was remembered meanwhile")
}

/// Takes away some that were done up to `end`. Where the database has a clock, that must say so, too: a clock of ours
/// that is far ahead forgets nothing.
fn forget(conn: &mut Conn, end: i64) -> Result<(), StoreError> {
    let by_database = database_time(conn)?.map(|now| now.seconds().get().saturating_sub(REMEMBERED_SECONDS));
    let end = by_database.map_or(end, |by_database| end.min(by_database));
    let old: Vec<Vec<u8>> = each!(conn, c => requests::table
        .filter(requests::done_at.le(end))
        .order(requests::done_at)
        .limit(FORGOTTEN_AT_ONCE)
        .select(requests::scope)
        .load(c.as_mut()))
    .map_err(failed)?;
    if old.is_empty() {
        return Ok(());
    }
    let rows = requests::table.filter(requests::scope.eq_any(old));
    each!(conn, c => diesel::delete(rows).execute(c.as_mut())).map_err(failed).map(|_| ())
}
