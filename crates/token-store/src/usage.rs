//! Rows of the use of tokens: numbers that are added to.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use diesel::prelude::*;
use diesel::upsert::excluded;
use token_core::{StoreError, TokenId, TokenUsage, UnixSeconds, UsageCounts, UsageDay, UsageRecord, UsedFrom};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::load::{bytes16, seconds};
use crate::schema::{token_usage, token_usage_days as days, tokens};

const T: &str = "token_usage";

/// One row of `token_usage`.
type UseRow = (Vec<u8>, Option<i64>, String);

/// One row of `token_usage_days`.
type DayRow = (Vec<u8>, i64, i64, i64, i64, i64, i64, i64);

/// What was counted of one token, whatever the day.
#[derive(Default)]
struct Last {
    used: Option<i64>,
    addresses: Vec<UsedFrom>,
}

/// Adds what was counted, and drops what is too old of the same tokens; gives those that are being deleted now.
///
/// Nodes that add at once meet at the rows of tokens in the order of their ids, so they wait for each other, and never
/// in a circle. For whoever deletes tokens, in an order of their own, nobody waits here.
pub(crate) fn record(conn: &mut Conn, usage: &[TokenUsage], today: UsageDay) -> Result<Vec<TokenId>, StoreError> {
    if !conn.is_embedded() {
        // Numbers wait for no standby.
        conn.batch("SET LOCAL synchronous_commit = local").map_err(failed)?;
    }
    let ids: BTreeSet<TokenId> = usage.iter().map(|usage| usage.token).collect();
    let (held, busy) = hold(conn, &ids)?;
    let mut last: BTreeMap<Vec<u8>, Last> = BTreeMap::new();
    let mut counted: BTreeMap<(Vec<u8>, i64), UsageCounts> = BTreeMap::new();
    for usage in usage {
        let id = usage.token.as_bytes().to_vec();
        if !held.contains(&id) {
            continue;
        }
        let day = counted.entry((id.clone(), usage.day.get())).or_default();
        *day = day.plus(&usage.counts);
        let token = last.entry(id).or_default();
        token.used = token.used.max(usage.last_used.map(UnixSeconds::get));
        token.addresses.extend_from_slice(&usage.addresses);
    }
    if last.is_empty() {
        return Ok(busy);
    }
    for (id, used, addresses) in stored(conn, &held)? {
        if let Some(token) = last.get_mut(&id) {
            token.used = token.used.max(used);
            token.addresses.extend(read_addresses(&addresses)?);
        }
    }
    write_last(conn, last)?;
    write_days(conn, counted)?;
    let old = days::table
        .filter(days::token_id.eq_any(held.into_iter().collect::<Vec<_>>()))
        .filter(days::day.lt(today.first_of(UsageDay::KEPT).get()));
    each!(conn, c => diesel::delete(old).execute(c.as_mut())).map_err(failed)?;
    Ok(busy)
}

/// Those of the tokens that are there and stay until this transaction ends, and those that somebody is deleting.
fn hold(conn: &mut Conn, ids: &BTreeSet<TokenId>) -> Result<(BTreeSet<Vec<u8>>, Vec<TokenId>), StoreError> {
    let wanted: Vec<Vec<u8>> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    let there = tokens::table.filter(tokens::id.eq_any(wanted)).select(tokens::id).order(tokens::id);
    match conn {
        // Nobody else writes meanwhile.
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(c) => {
            let there: Vec<Vec<u8>> = there.load(c.as_mut()).map_err(failed)?;
            Ok((there.into_iter().collect(), Vec::new()))
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            let held: Vec<Vec<u8>> = there.clone().for_key_share().skip_locked().load(c.as_mut()).map_err(failed)?;
            let held: BTreeSet<Vec<u8>> = held.into_iter().collect();
            if held.len() == ids.len() {
                return Ok((held, Vec::new()));
            }
            let there: Vec<Vec<u8>> = there.load(c.as_mut()).map_err(failed)?;
            let busy = |id: &&TokenId| {
                let id = id.as_bytes().as_slice();
                !held.contains(id) && there.iter().any(|there| there == id)
            };
            let busy = ids.iter().filter(busy).copied().collect();
            Ok((held, busy))
        }
    }
}

/// The rows of these tokens; nobody else changes them until this transaction ends.
fn stored(conn: &mut Conn, held: &BTreeSet<Vec<u8>>) -> Result<Vec<UseRow>, StoreError> {
    let ids: Vec<Vec<u8>> = held.iter().cloned().collect();
    let rows = token_usage::table.filter(token_usage::token_id.eq_any(ids)).order(token_usage::token_id);
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(c) => rows.load(c.as_mut()).map_err(failed),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            // A row that is not there cannot be held.
            let first = |id: &Vec<u8>| (token_usage::token_id.eq(id.clone()), token_usage::addresses.eq(""));
            let first: Vec<_> = held.iter().map(first).collect();
            let made = diesel::insert_into(token_usage::table).values(first).on_conflict_do_nothing();
            made.execute(c.as_mut()).map_err(failed)?;
            rows.for_update().load(c.as_mut()).map_err(failed)
        }
    }
}

/// Writes rows that may be there already: one statement for all on PostgreSQL, a prepared one for each on SQLite.
macro_rules! upsert {
    ($conn:expr, $table:path, $rows:expr, $key:expr, $set:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(c) => $rows.into_iter().try_for_each(|row| {
                let row = diesel::insert_into($table).values(row).on_conflict($key).do_update().set($set);
                row.execute(c.as_mut()).map(|_| ())
            }),
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => {
                let rows = diesel::insert_into($table).values($rows).on_conflict($key).do_update().set($set);
                rows.execute(c.as_mut()).map(|_| ())
            }
        }
        .map_err(failed)
    };
}

fn write_last(conn: &mut Conn, last: BTreeMap<Vec<u8>, Last>) -> Result<(), StoreError> {
    let row = |(id, last): (Vec<u8>, Last)| {
        (
            token_usage::token_id.eq(id),
            token_usage::last_used_at.eq(last.used),
            token_usage::addresses.eq(write_addresses(last.addresses)),
        )
    };
    let rows: Vec<_> = last.into_iter().map(row).collect();
    let set = (
        token_usage::last_used_at.eq(excluded(token_usage::last_used_at)),
        token_usage::addresses.eq(excluded(token_usage::addresses)),
    );
    upsert!(conn, token_usage::table, rows, token_usage::token_id, set)
}

fn write_days(conn: &mut Conn, counted: BTreeMap<(Vec<u8>, i64), UsageCounts>) -> Result<(), StoreError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let row = |((id, day), counts): ((Vec<u8>, i64), UsageCounts)| {
        (
            days::token_id.eq(id),
            days::day.eq(day),
            days::admitted.eq(number(counts.admitted)),
            days::forbidden.eq(number(counts.forbidden)),
            days::expired.eq(number(counts.expired)),
            days::revoked.eq(number(counts.revoked)),
            days::superseded.eq(number(counts.superseded)),
            days::address.eq(number(counts.address)),
        )
    };
    let rows: Vec<_> = counted.into_iter().filter(|(_, counts)| !counts.is_empty()).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let set = (
        days::admitted.eq(days::admitted + excluded(days::admitted)),
        days::forbidden.eq(days::forbidden + excluded(days::forbidden)),
        days::expired.eq(days::expired + excluded(days::expired)),
        days::revoked.eq(days::revoked + excluded(days::revoked)),
        days::superseded.eq(days::superseded + excluded(days::superseded)),
        days::address.eq(days::address + excluded(days::address)),
    );
    upsert!(conn, days::table, rows, (days::token_id, days::day), set)
}

/// What is stored of one token; `None` if there is no such token.
pub(crate) fn of(conn: &mut Conn, token: TokenId, from: UsageDay) -> Result<Option<UsageRecord>, StoreError> {
    let id = token.as_bytes().to_vec();
    let there = tokens::table.find(id.clone()).select(tokens::version);
    let there: Option<i64> = each!(conn, c => there.first(c.as_mut()).optional()).map_err(failed)?;
    if there.is_none() {
        return Ok(None);
    }
    let row = token_usage::table.find(id.clone());
    let row: Option<UseRow> = each!(conn, c => row.first(c.as_mut()).optional()).map_err(failed)?;
    let rows = days::table.filter(days::token_id.eq(id)).filter(days::day.ge(from.get())).order(days::day);
    let rows: Vec<DayRow> = each!(conn, c => rows.load(c.as_mut())).map_err(failed)?;
    let (used, addresses) = row.map_or((None, String::new()), |(_, used, addresses)| (used, addresses));
    Ok(Some(UsageRecord {
        last_used: used.map(|second| seconds(T, second)).transpose()?,
        addresses: read_addresses(&addresses)?,
        days: rows.into_iter().map(day).collect::<Result<_, _>>()?,
    }))
}

fn day(row: DayRow) -> Result<(UsageDay, UsageCounts), StoreError> {
    const T: &str = "token_usage_days";
    let (id, day, admitted, forbidden, expired, revoked, superseded, address) = row;
    bytes16(T, &id)?;
    let day = UsageDay::of(seconds(T, day.saturating_mul(86_400))?);
    let number = |count: i64| u64::try_from(count).map_err(|error| corrupt(T, day.get(), error));
    let counts = UsageCounts {
        admitted: number(admitted)?,
        forbidden: number(forbidden)?,
        expired: number(expired)?,
        revoked: number(revoked)?,
        superseded: number(superseded)?,
        address: number(address)?,
    };
    Ok((day, counts))
}

/// `address second`, the latest first, with commas between.
fn write_addresses(all: Vec<UsedFrom>) -> String {
    let one = |from: UsedFrom| format!("{} {}", from.address, from.at);
    UsedFrom::latest(all).into_iter().map(one).collect::<Vec<_>>().join(",")
}

fn read_addresses(text: &str) -> Result<Vec<UsedFrom>, StoreError> {
    let one = |text: &str| {
        let (address, second) = text.split_once(' ')?;
        let at = UnixSeconds::new(second.parse().ok()?).ok()?;
        Some(UsedFrom { at, address: address.parse::<IpAddr>().ok()? })
    };
    let all = text.split(',').filter(|text| !text.is_empty());
    all.map(|text| one(text).ok_or_else(|| corrupt(T, "?", "addresses"))).collect()
}
