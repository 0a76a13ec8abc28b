//! Rows of sessions and of the first person's code, as the domain knows them.

use diesel::prelude::*;
use token_core::{SecretDigest, Session, SetupCode, StoreError, UnixSeconds, UserId};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::load::seconds;
use crate::schema::{sessions, setup};
use crate::users::user_id;

const T: &str = "sessions";

/// One row of `sessions`.
type SessionRow = (Vec<u8>, Vec<u8>, i64, i64, i64, Option<String>);

fn digest(table: &'static str, bytes: &[u8]) -> Result<SecretDigest, StoreError> {
    bytes.try_into().map(SecretDigest).map_err(|_| corrupt(table, "?", "a digest has 32 bytes"))
}

fn session((bytes, user, created_at, seen_at, expires_at, address): SessionRow) -> Result<Session, StoreError> {
    Ok(Session {
        digest: digest(T, &bytes)?,
        user: user_id(&user)?,
        created_at: seconds(T, created_at)?,
        seen_at: seconds(T, seen_at)?,
        expires_at: seconds(T, expires_at)?,
        address: address.map(|text| text.parse().map_err(|_| corrupt(T, "?", "address"))).transpose()?,
    })
}

pub(crate) fn by_digest(conn: &mut Conn, digest: &SecretDigest) -> Result<Option<Session>, StoreError> {
    let row: Option<SessionRow> =
        each!(conn, c => sessions::table.find(digest.0.as_slice()).first(c.as_mut()).optional()).map_err(failed)?;
    row.map(session).transpose()
}

pub(crate) fn of(conn: &mut Conn, id: UserId) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = each!(conn, c => sessions::table
        .filter(sessions::user_id.eq(id.as_bytes().as_slice()))
        .order((sessions::created_at, sessions::digest)).load(c.as_mut()))
    .map_err(failed)?;
    rows.into_iter().map(session).collect()
}

pub(crate) fn count(conn: &mut Conn) -> Result<u64, StoreError> {
    let count: i64 = each!(conn, c => sessions::table.count().get_result(c.as_mut())).map_err(failed)?;
    Ok(count.unsigned_abs())
}

/// Moves the time of a session forward, if it is still there; never back.
pub(crate) fn seen(conn: &mut Conn, digest: &SecretDigest, at: UnixSeconds) -> Result<(), StoreError> {
    let row = sessions::table.find(digest.0.to_vec()).filter(sessions::seen_at.lt(at.get()));
    each!(conn, c => diesel::update(row).set(sessions::seen_at.eq(at.get())).execute(c.as_mut())).map_err(failed)?;
    Ok(())
}

pub(crate) fn setup_code(conn: &mut Conn) -> Result<Option<SetupCode>, StoreError> {
    const T: &str = "setup";
    let row: Option<(i64, Vec<u8>, i64)> =
        each!(conn, c => setup::table.first(c.as_mut()).optional()).map_err(failed)?;
    row.map(|(_, bytes, expires_at)| Ok(SetupCode { digest: digest(T, &bytes)?, expires_at: seconds(T, expires_at)? }))
        .transpose()
}
