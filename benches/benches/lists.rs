//! Lists of tokens through the real HTTP server, on SQLite and, where `TOKENWARD_TEST_POSTGRES` names a server, on
//! PostgreSQL: how fast tokens are imported, and the first page of every filter and order at the median and the 99th
//! percentile. `TOKENWARD_BENCH_TOKENS` says how many tokens, `1000,100000,1000000`; 1 000 by default.
//!
//! Server, store and import are one process here; its peak memory is told at the end.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
#![expect(clippy::disallowed_methods, reason = "a benchmark times")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant;

use actix_web::HttpServer;
use token_admin::{EditToken, ImportMode, Imported, NewToken, Submitted};
use token_bench::Connection;
use token_core::{Author, BuiltIn, UnixSeconds};
use token_http::{HttpState, configure};
use token_seal::MasterKey;
use token_testkit::{Database, FixedClock, Kind, Product, SeededRandomness};

const NOW: i64 = 1_900_000_000;
/// How often each question is asked.
const TIMES: usize = 200;
const WORDS: [&str; 16] = [
    "payroll", "importer", "backup", "mobile", "gateway", "reports", "billing", "search", "mailer", "sensor",
    "archive", "partner", "kiosk", "ledger", "scanner", "planner",
];
const SORTS: [&str; 6] = ["created", "-created", "name", "-name", "expires_at", "-expires_at"];

fn main() {
    let sizes = std::env::var("TOKENWARD_BENCH_TOKENS").unwrap_or_else(|_| "1000".to_owned());
    let kinds = match std::env::var("TOKENWARD_TEST_POSTGRES") {
        Ok(_) => [Kind::Sqlite, Kind::Postgres].as_slice(),
        Err(_) => &[Kind::Sqlite],
    };
    for size in sizes.split(',').map(|size| size.trim().parse::<usize>().expect("a number of tokens")) {
        for kind in kinds {
            measure(*kind, size);
        }
    }
    println!("peak memory of this process: {} MB", peak_memory() / 1_024);
}

fn measure(kind: Kind, size: usize) {
    println!("\n{size} tokens on {kind:?}");
    let database = Database::fresh(kind);
    let (clock, randomness) = (Arc::new(FixedClock::at(NOW)), Arc::new(SeededRandomness::new(1)));
    let master = Arc::new(MasterKey::generate(randomness.as_ref()).expect("a key"));
    let product = Product::open(&database.address(), &master, &clock, &randomness);
    let root = create(&product, "root", BTreeSet::from([BuiltIn::Admin.id()]));

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
    let settle = if kind == Kind::Postgres { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" };
    let _ = database.sql(settle);

    product.guard.refresh().expect("the keys");
    let mut connection = Connection::open(serve(product.state()));
    let mut questions: Vec<(String, String)> = Vec::new();
    let needles = [
        "p",
        "pa",
        "pay",
        "payroll",
        "payroll importer",
        "zzz",
        "00042",
        "roll%20i",
        "1",
        "%25",
        "kiosk%20ledger%200000",
    ];
    let filters =
        ["state=active", "state=expired", "state=revoked", "created_by=command%20line", "expires_before=2030-04-01"];
    for sort in SORTS {
        questions.push((format!("sort={sort}"), format!("sort={sort}")));
        for filter in filters {
            questions.push((format!("{filter} {sort}"), format!("{filter}&sort={sort}")));
        }
        for needle in needles {
            let needle = needle.replace(' ', "%20");
            questions.push((format!("name={needle} {sort}"), format!("name={needle}&sort={sort}")));
        }
    }
    questions.push(("a total".to_owned(), "total=true".to_owned()));
    questions.push(("the total of a needle".to_owned(), "total=true&name=payroll".to_owned()));
    let mut worst = (0.0, String::new());
    for (name, query) in &questions {
        let request =
            format!("GET /api/v1/tokens?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {root}\r\n\r\n");
        let mut times: Vec<f64> = (0..TIMES)
            .map(|_| {
                let start = Instant::now();
                connection.ok(request.as_bytes());
                start.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        times.sort_unstable_by(f64::total_cmp);
        let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(f64::NAN);
        println!("  {name:<60} p50 {:>7.2} ms   p99 {:>7.2} ms", at(50), at(99));
        if worst.0 < at(99) && name.starts_with("name=") {
            worst = (at(99), name.clone());
        }
    }
    println!("  the slowest first page of a needle at the 99th percentile: {:.2} ms ({})", worst.0, worst.1);
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let start = Instant::now();
            let _ = create(&product, "one more", BTreeSet::new());
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(f64::NAN);
    println!("  create, without HTTP {:<39} p50 {:>7.2} ms   p99 {:>7.2} ms", "", at(50), at(99));
}

fn create(product: &Product, name: &str, roles: BTreeSet<token_core::RoleId>) -> String {
    let new = NewToken {
        name: name.parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles,
        expires_at: None,
        allowed_networks: None,
    };
    product.admin.create_token(&Author::command_line(), &new).expect("a token").value.text.expose().to_owned()
}

/// Two words and a number; three of four have an end, spread over three years.
#[expect(clippy::unnecessary_wraps, reason = "the form in which the use case takes rows")]
fn row(number: usize) -> Submitted<NewToken, EditToken> {
    let word = |n: usize| WORDS.get(n % WORDS.len()).copied().unwrap_or_default();
    let days = i64::try_from(number * 7 % 1_000).unwrap_or(0) + 1;
    Ok(NewToken {
        name: format!("{} {} {number:06}", word(number), word(number / 16)).parse().expect("a name"),
        description: "made by a benchmark".parse().expect("a description"),
        roles: BTreeSet::new(),
        expires_at: (!number.is_multiple_of(4)).then(|| UnixSeconds::new(NOW + days * 86_400).expect("a time")),
        allowed_networks: None,
    })
}

/// In kilobytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// One server; ends with the process.
fn serve(state: Arc<HttpState>) -> SocketAddr {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let app = move || actix_web::App::new().configure(configure(Arc::clone(&state)));
            let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").expect("a port");
            tell.send(server.addrs().first().copied().expect("an address")).expect("somebody listens");
            server.run().await
        })
    });
    told.recv().expect("an address")
}
