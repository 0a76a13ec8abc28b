//! Many new tokens at once: one statement for each table, whatever their number.

use diesel::prelude::*;
use token_core::{Change, StoreError, TokenRecord, UnixSeconds};

use super::{credentials as texts, networks, version};
use crate::connection::{Conn, each};
use crate::error::failed;
use crate::schema::{credentials, token_roles, tokens};

/// Most rows of one statement: what both databases take, however many columns a table has.
const MOST: usize = 1_000;

/// The changes at the beginning that make new tokens, if they are more than one.
pub(crate) fn new_tokens(changes: &[Change]) -> Option<Vec<&TokenRecord>> {
    let new = |change: &'_ Change| matches!(change, Change::TokenCreated(_));
    let records: Vec<&TokenRecord> = changes
        .iter()
        .take(MOST)
        .take_while(|change| new(change))
        .filter_map(|change| if let Change::TokenCreated(record) = change { Some(record.as_ref()) } else { None })
        .collect();
    (1 < records.len()).then_some(records)
}

fn all(rows: QueryResult<usize>, expected: usize) -> Result<(), StoreError> {
    if rows.map_err(failed)? == expected { Ok(()) } else { Err(StoreError::NotApplied("not every row was stored")) }
}

/// Writes new tokens, with their roles and JWTs.
pub(crate) fn insert_tokens(conn: &mut Conn, records: &[&TokenRecord]) -> Result<(), StoreError> {
    let row = |record: &&TokenRecord| {
        let grant = record.token.grant();
        if record.token.end().is_some() {
            return Err(StoreError::NotApplied("a new token is not revoked"));
        }
        Ok((
            tokens::id.eq(grant.id.as_bytes().to_vec()),
            tokens::name.eq(grant.name.as_str().to_owned()),
            tokens::name_folded.eq(grant.name.folded()),
            tokens::description.eq(record.description.as_str().to_owned()),
            tokens::expires_at.eq(grant.expires_at.map(UnixSeconds::get)),
            tokens::allowed_networks.eq(networks(record)),
            tokens::created_at.eq(record.created_at.get()),
            tokens::created_by_kind.eq(record.created_by.kind()),
            tokens::created_by_id.eq(record.created_by.id().map(|id| id.to_vec())),
            tokens::created_by_name.eq(record.created_by.name().to_owned()),
            tokens::version.eq(version(record.version)?),
        ))
    };
    let rows = records.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    all(each!(conn, c => diesel::insert_into(tokens::table).values(&rows).execute(c.as_mut())), rows.len())?;
    let held: Vec<_> = records
        .iter()
        .flat_map(|record| {
            let grant = record.token.grant();
            grant.roles.iter().map(|role| {
                (
                    token_roles::token_id.eq(grant.id.as_bytes().to_vec()),
                    token_roles::role_id.eq(role.as_bytes().to_vec()),
                )
            })
        })
        .collect();
    // A token may hold many roles, and a statement takes some thousands of values.
    for held in held.chunks(4_000) {
        let held = held.to_vec();
        all(each!(conn, c => diesel::insert_into(token_roles::table).values(&held).execute(c.as_mut())), held.len())?;
    }
    let issued: Vec<_> = records
        .iter()
        .flat_map(|record| {
            let grant = record.token.grant();
            grant.credentials.iter().zip(1..).map(|(text, number)| texts::row(grant.id, text, number))
        })
        .collect();
    all(each!(conn, c => diesel::insert_into(credentials::table).values(&issued).execute(c.as_mut())), issued.len())
}
