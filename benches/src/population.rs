//! Many tokens, as an import makes them.
use std::time::Instant;

use token_admin::{EditToken, ImportMode, Imported, NewToken, Submitted};
use token_core::{Author, RoleSet, UnixSeconds};
use token_testkit::{Database, Kind, Product};

/// The second at which benchmarks with a fixed clock begin.
pub const NOW: i64 = 1_900_000_000;

const WORDS: [&str; 16] = [
    "payroll", "importer", "backup", "mobile", "gateway", "reports", "billing", "search", "mailer", "sensor",
    "archive", "partner", "kiosk", "ledger", "scanner", "planner",
];

/// How many tokens `TOKENWARD_BENCH_TOKENS` asks for, e.g. `1000,100000,1000000`; 1 000 by default.
///
/// # Panics
///
/// When one of them is no number.
#[must_use]
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
pub fn sizes() -> Vec<usize> {
    let sizes = std::env::var("TOKENWARD_BENCH_TOKENS").unwrap_or_else(|_| "1000".to_owned());
    sizes.split(',').map(|size| size.trim().parse().expect("a number of tokens")).collect()
}

/// SQLite, and PostgreSQL where `TOKENWARD_TEST_POSTGRES` names a server.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    match std::env::var("TOKENWARD_TEST_POSTGRES") {
        Ok(_) => &[Kind::Sqlite, Kind::Postgres],
        Err(_) => &[Kind::Sqlite],
    }
}

/// Imports so many tokens, says how fast, and lets the database settle.
///
/// # Panics
///
/// When it fails.
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
pub fn import(product: &Product, database: &Database, size: usize) {
    let start = Instant::now();
    let mut number = 0;
    while number < size {
        let rows: Vec<Submitted<NewToken, EditToken>> = (number..size.min(number + 1_000)).map(row).collect();
        let done = product.admin.import_tokens(&Author::command_line(), &rows, ImportMode::Write).expect("an import");
        assert!(matches!(done.value, Imported::Good(_)), "good rows");
        number += rows.len();
    }
    let took = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = size as f64 / took;
    println!("  import {took:.1} s, {rate:.0} tokens a second; peak memory {} MB", peak_memory() / 1_024);
    settle(database);
}

/// Lets a database come to rest after many rows.
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
pub(crate) fn settle(database: &Database) {
    let postgres = database.kind == Kind::Postgres;
    database.sql(if postgres { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" }).expect("settled");
}

/// Two words and a number; three of four have an end, spread over three years.
#[expect(clippy::unnecessary_wraps, reason = "the form in which the use case takes rows")]
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
fn row(number: usize) -> Submitted<NewToken, EditToken> {
    let word = |n: usize| WORDS.get(n % WORDS.len()).copied().unwrap_or_default();
    let days = i64::try_from(number * 7 % 1_000).unwrap_or(0) + 1;
    Ok(NewToken {
        name: format!("{} {} {number:06}", word(number), word(number / 16)).parse().expect("a name"),
        description: "made by a benchmark".parse().expect("a description"),
        roles: RoleSet::none(),
        expires_at: (!number.is_multiple_of(4)).then(|| UnixSeconds::new(NOW + days * 86_400).expect("a time")),
        allowed_networks: None,
    })
}

/// The most memory this process had so far, in kilobytes.
#[must_use]
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
