//! The same thousand callers in databases of many sizes: a warm call beside a check of ring, one that has to read the token,
//! and how soon a server is ready. On SQLite and, where `TOKENWARD_TEST_POSTGRES` names a server, on PostgreSQL;
//! `TOKENWARD_BENCH_TOKENS` says how large, `1000,1000000,10000000`, from small to large; 1 000 by default.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;
use std::time::Instant;

use token_bench::{Calls, Installation, add_crowd, kinds, print_ratio, ring_check, sizes};
use token_core::GuardSource as _;
use token_seal::MasterKey;
use token_testkit::{Database, Kind, SeededRandomness, Server};

const CALLERS: usize = 1_000;
/// Starts of a server for one figure.
const STARTS: usize = 5;

fn main() {
    for kind in kinds() {
        in_databases(*kind);
    }
}

fn in_databases(kind: Kind) {
    let database = Database::fresh(kind);
    let key = database.folder().join("bench.key");
    let made = MasterKey::create(&key, &SeededRandomness::new(1)).expect("a key");
    let program = database.program().with("TOKENWARD_MASTER_KEY_FILE", &key.to_string_lossy());
    let installation = Installation::over(&database.address(), made, CALLERS);
    let presented = installation.presented();
    let source = &installation.product.store;
    let mut there = CALLERS;
    for size in sizes() {
        println!("\n{kind:?}, {size} tokens in the database");
        add_crowd(&database, there, size);
        there = there.max(size);
        let guard = installation.guard();
        let mut calls = Calls::new(guard.as_ref(), &presented);
        (0..2 * CALLERS).for_each(|_| calls.one());
        print_ratio("  a warm call beside one Ed25519 check of ring", ring_check(), || calls.one());
        let mut next = 0;
        let read = || {
            next += 1;
            black_box(
                source
                    .token(*installation.ids.get(next % CALLERS).expect("a token"))
                    .expect("a token")
                    .value
                    .expect("there"),
            );
        };
        print_ratio("  a token is read, beside the same check", ring_check(), read);
        let mut starts: Vec<f64> = (0..STARTS).map(|_| started(&program, &database)).collect();
        starts.sort_unstable_by(f64::total_cmp);
        let (median, longest) = (starts.get(STARTS / 2), starts.last());
        println!(
            "  a server is ready after {:.0} ms, at most {:.0} ms ({STARTS} starts)",
            median.copied().unwrap_or(f64::NAN),
            longest.copied().unwrap_or(f64::NAN)
        );
    }
}

/// How long a server takes from its start to its first answer that it is ready, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
fn started(program: &token_testkit::Program, database: &Database) -> f64 {
    let start = Instant::now();
    let mut server = Server::start(program, database.folder().join("server.log"));
    let took = start.elapsed().as_secs_f64() * 1_000.0;
    server.terminate();
    let _ = server.wait();
    took
}
