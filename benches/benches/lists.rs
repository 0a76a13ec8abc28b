//! Lists of tokens through the real HTTP server, on SQLite and, where `TOKENWARD_TEST_POSTGRES` names a server, on
//! PostgreSQL: how fast tokens are imported, and the first page of every filter and order at the median and the 99th
//! percentile. `TOKENWARD_BENCH_TOKENS` says how many tokens, `1000,100000,1000000`; 1 000 by default.
//!
//! Server, store and import are one process here; its peak memory is told at the end.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::sync::Arc;

use token_admin::NewToken;
use token_bench::{Connection, NOW, Spread, import, kinds, peak_memory, serve, sizes};
use token_core::{Author, BuiltIn, RoleSet};
use token_http::configure;
use token_seal::MasterKey;
use token_testkit::{Database, FixedClock, Kind, Product, SeededRandomness};

const SORTS: [&str; 6] = ["created", "-created", "name", "-name", "expires_at", "-expires_at"];

fn main() {
    for size in sizes() {
        for kind in kinds() {
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
    let root = create(&product, "root", RoleSet::from([BuiltIn::Admin.id()]));

    import(&product, &database, size);
    product.guard.look().expect("the keys");
    let mut connection = Connection::open(serve(configure(product.state())));
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
        let spread = Spread::of(|| connection.ok(request.as_bytes()));
        spread.print(name);
        if worst.0 < spread.at(99) && name.starts_with("name=") {
            worst = (spread.at(99), name.clone());
        }
    }
    println!("  the slowest first page of a needle at the 99th percentile: {:.2} ms ({})", worst.0, worst.1);
    Spread::of(|| drop(create(&product, "one more", RoleSet::none()))).print("create, without HTTP");
}

fn create(product: &Product, name: &str, roles: RoleSet) -> String {
    let new = NewToken {
        name: name.parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles,
        expires_at: None,
        allowed_networks: None,
    };
    product.admin.create_token(&Author::command_line(), &new).expect("a token").value.text.expose().to_owned()
}
