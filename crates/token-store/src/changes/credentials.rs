//! Statements of the JWTs issued for a token.

use diesel::prelude::*;
use token_core::{Credential, CredentialId, Ends, StoreError, TokenId, TokenRecord, UnixSeconds};

use super::one;
use crate::connection::{Conn, each};
use crate::error::failed;
use crate::schema::credentials;

/// The three columns of an end.
fn columns(ends: Ends) -> (&'static str, Option<i64>, Option<i64>) {
    match ends {
        Ends::Never => ("never", None, None),
        Ends::At(end) => ("at", Some(end.get()), None),
        Ends::OnFirstUse { latest, used_at } => ("first-use", Some(latest.get()), used_at.map(UnixSeconds::get)),
    }
}

/// One JWT as it is stored.
#[derive(Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
pub(super) struct Row {
    jti: Vec<u8>,
    token_id: Vec<u8>,
    number: i64,
    kid: String,
    issued_at: i64,
    expires_at: Option<i64>,
    encoding: i64,
    ends_kind: &'static str,
    ends_at: Option<i64>,
    used_at: Option<i64>,
}

pub(super) fn row(token: TokenId, credential: &Credential, number: i64) -> Row {
    let (ends_kind, ends_at, used_at) = columns(credential.ends);
    Row {
        jti: credential.id.as_bytes().to_vec(),
        token_id: token.as_bytes().to_vec(),
        number,
        kid: credential.key.as_str().to_owned(),
        issued_at: credential.issued_at.get(),
        expires_at: credential.expires_at.map(UnixSeconds::get),
        encoding: i64::from(credential.encoding.number()),
        ends_kind,
        ends_at,
        used_at,
    }
}

pub(super) fn insert(conn: &mut Conn, token: TokenId, credential: &Credential, number: i64) -> Result<(), StoreError> {
    let row = row(token, credential, number);
    let rows = each!(conn, c => diesel::insert_into(credentials::table).values(&row).execute(c.as_mut()));
    one(rows, "the credential was not stored")
}

/// One JWT more, the older ones with their ends, and those that are gone taken away.
pub(super) fn rotate(conn: &mut Conn, before: &TokenRecord, after: &TokenRecord) -> Result<(), StoreError> {
    let (old, new) = (&before.token.grant().credentials, &after.token.grant().credentials);
    for credential in old.iter() {
        match new.find(credential.id) {
            Some(kept) if kept.ends == credential.ends => {}
            Some(kept) => end(conn, credential, kept.ends)?,
            None => {
                let row = credentials::table.find(credential.id.as_bytes().to_vec());
                one(each!(conn, c => diesel::delete(row).execute(c.as_mut())), "the text is gone")?;
            }
        }
    }
    let id = after.id();
    let last: Option<i64> = each!(conn, c => credentials::table
        .filter(credentials::token_id.eq(id.as_bytes().to_vec()))
        .select(diesel::dsl::max(credentials::number)).first(c.as_mut()))
    .map_err(failed)?;
    insert(conn, id, new.newest(), last.unwrap_or(0).saturating_add(1))
}

fn end(conn: &mut Conn, stored: &Credential, ends: Ends) -> Result<(), StoreError> {
    let (was, _, _) = columns(stored.ends);
    let (kind, ends_at, used_at) = columns(ends);
    let row = credentials::table.find(stored.id.as_bytes().to_vec()).filter(credentials::ends_kind.eq(was));
    let row = row.filter(credentials::used_at.is_null());
    let values = (credentials::ends_kind.eq(kind), credentials::ends_at.eq(ends_at), credentials::used_at.eq(used_at));
    one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the text ended meanwhile")
}

/// The first use of a later JWT ends those that waited for it, each once.
pub(super) fn end_by_use(
    conn: &mut Conn,
    token: TokenId,
    ended: &[CredentialId],
    at: UnixSeconds,
) -> Result<(), StoreError> {
    for id in ended {
        let row = credentials::table
            .find(id.as_bytes().to_vec())
            .filter(credentials::token_id.eq(token.as_bytes().to_vec()))
            .filter(credentials::ends_kind.eq("first-use"))
            .filter(credentials::used_at.is_null());
        let values = credentials::used_at.eq(Some(at.get()));
        one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the text ended meanwhile")?;
    }
    Ok(())
}
