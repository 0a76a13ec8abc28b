//! Very many tokens that nobody calls with, made by the database itself: rows as an import leaves them, without the log.

use std::fmt::Write as _;

use token_testkit::{Database, Kind};

use crate::NOW;
use crate::population::settle;

/// Rows of one transaction.
const ROWS: usize = 250_000;

/// Adds tokens with the numbers `from..to`; each has a name of its own, one text and three of four an end.
///
/// # Panics
///
/// When the database refuses.
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
pub fn add_crowd(database: &Database, from: usize, to: usize) {
    for first in (from..to).step_by(ROWS) {
        let last = to.min(first + ROWS) - 1;
        database.sql(&rows(database.kind, first, last)).expect("rows");
    }
    settle(database);
}

/// Ids of the form of UUIDs, rising with the number.
fn rows(kind: Kind, first: usize, last: usize) -> String {
    let (numbers, id, jti, begin) = match kind {
        // Sixteen bytes, two of which are one character.
        Kind::Sqlite => (
            format!("n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"),
            "CAST('tokens' || 'p' || char(128) || printf('%07d', i) AS BLOB)",
            "CAST('issued' || 'p' || char(128) || printf('%07d', i) AS BLOB)",
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN;",
        ),
        Kind::Postgres => (
            format!("n(i) AS (SELECT generate_series({first}, {last}))"),
            "decode('70000000000070008000' || lpad(to_hex(i), 12, '0'), 'hex')",
            "decode('71000000000070008000' || lpad(to_hex(i), 12, '0'), 'hex')",
            "SET synchronous_commit = off; BEGIN;",
        ),
    };
    let ends = format!("CASE WHEN i % 4 = 0 THEN NULL ELSE {NOW} + 86400 * (1 + i * 7 % 1000) END");
    let mut sql = begin.to_owned();
    let _ = write!(
        sql,
        "WITH RECURSIVE {numbers} INSERT INTO tokens (id, name, name_folded, description, expires_at, created_at, \
         created_by_kind, created_by_name, version) \
         SELECT {id}, 'crowd ' || i, 'crowd ' || i, 'made by a benchmark', {ends}, {NOW}, 'command line', '', 1 FROM n;"
    );
    let _ = write!(
        sql,
        "WITH RECURSIVE {numbers} INSERT INTO credentials (jti, token_id, number, kid, issued_at, expires_at, encoding, \
         ends_kind) SELECT {jti}, {id}, 1, (SELECT kid FROM keys LIMIT 1), {NOW}, {ends}, 1, 'never' FROM n; COMMIT;"
    );
    sql
}
