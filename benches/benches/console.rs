//! Pages of the console through the real HTTP server, on SQLite and, where `TOKENWARD_TEST_POSTGRES` names a server, on
//! PostgreSQL: server time of every page at the median and the 99th percentile, and how much a browser loads for it.
//! `TOKENWARD_BENCH_TOKENS` says how many tokens, `1000,100000,1000000`; 1 000 by default.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::collections::BTreeSet;
use std::sync::Arc;

use token_admin::{NewUser, Password};
use token_bench::{Connection, NOW, Spread, import, kinds, serve, sizes};
use token_console::Console;
use token_core::{Author, BuiltIn, RoleSet, TokenQuery, UnixSeconds};
use token_seal::MasterKey;
use token_testkit::{Database, FixedClock, Kind, Product, SeededRandomness};

const PASSWORD: &str = "nine quiet lanterns drift";

fn main() {
    for size in sizes() {
        for kind in kinds() {
            measure(*kind, size);
        }
    }
}

fn measure(kind: Kind, size: usize) {
    println!("\n{size} tokens on {kind:?}");
    let database = Database::fresh(kind);
    let (clock, randomness) = (Arc::new(FixedClock::at(NOW)), Arc::new(SeededRandomness::new(1)));
    let master = Arc::new(MasterKey::generate(randomness.as_ref()).expect("a key"));
    let product = Product::open(&database.address(), &master, &clock, &randomness);
    let person = NewUser {
        username: "ada".parse().expect("a name"),
        display_name: "Ada Lovelace".parse().expect("a name"),
        roles: RoleSet::from([BuiltIn::Admin.id()]),
        enabled: true,
        password: Some(Password::new(PASSWORD.to_owned()).expect("a password")),
    };
    let _ = product.admin.create_user(&Author::command_line(), &Ok(person)).expect("a person");
    import(&product, &database, size);

    let state = product.state();
    let pages = token_console::configure(Arc::clone(&state), Arc::new(Console::default()));
    let api = token_http::configure(state);
    let address = serve(move |config: &mut actix_web::web::ServiceConfig| {
        api(config);
        pages(config);
    });
    let mut connection = Connection::open(address);
    let cookie = sign_in(&mut connection);
    let now = UnixSeconds::new(NOW).expect("a time");
    let newest = product.admin.store().list_tokens(&TokenQuery::newest(now, 1)).expect("a page");
    let token = newest.items.first().map(|record| record.id().to_string()).unwrap_or_default();
    let mut worst = (0.0, String::new());
    for page in [
        "/overview".to_owned(),
        "/admin/api-tokens".to_owned(),
        format!("/admin/api-tokens/{token}"),
        "/admin/api-tokens/new".to_owned(),
        "/admin/api-tokens?name=pay".to_owned(),
        "/admin/api-tokens?name=payroll%20importer".to_owned(),
        "/admin/api-tokens?name=zzz".to_owned(),
        "/admin/api-tokens?sort=name".to_owned(),
        "/admin/api-tokens?state=expired&sort=expires_at".to_owned(),
        format!("/admin/api-tokens/{token}?explain=assets:read"),
        format!("/admin/api-tokens/{token}/delete"),
        format!("/admin/api-tokens/{token}/rotate"),
        "/admin/roles".to_owned(),
        format!("/admin/roles/{}", BuiltIn::Admin.id()),
        "/admin/roles/who-could?permission=assets:read".to_owned(),
        "/admin/users".to_owned(),
        "/admin/changelog".to_owned(),
        "/admin/changelog?type=token.created&text=payroll".to_owned(),
        "/admin/signing-keys".to_owned(),
        "/admin/configuration".to_owned(),
        "/search?q=payroll".to_owned(),
        "/account".to_owned(),
    ] {
        let request = get(&page, &cookie);
        let spread = Spread::of(|| connection.ok(request.as_bytes()));
        spread.print(&page.replace(&token, "{id}"));
        if worst.0 < spread.at(99) {
            worst = (spread.at(99), page.replace(&token, "{id}"));
        }
    }
    println!("  the slowest page at the 99th percentile: {:.2} ms ({})", worst.0, worst.1);
    println!("  a page with style and scripts, compressed: {} bytes", loaded(&mut connection, &cookie));
}

fn get(path: &str, cookie: &str) -> String {
    let fields = format!("Host: tokens.example\r\nAccept-Encoding: gzip\r\nCookie: {cookie}");
    format!("GET {path} HTTP/1.1\r\n{fields}\r\n\r\n")
}

fn sign_in(connection: &mut Connection) -> String {
    let body = format!("username=ada&password={}", PASSWORD.replace(' ', "+"));
    let fields =
        "Host: tokens.example\r\nOrigin: https://tokens.example\r\nContent-Type: application/x-www-form-urlencoded";
    let request = format!("POST /sign-in HTTP/1.1\r\n{fields}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = connection.answer(request.as_bytes());
    assert_eq!(answer.status, 303, "signed in");
    let cookie = answer.head.iter().find_map(|line| line.strip_prefix("set-cookie: __Host-tokenward-session"));
    let value = cookie.and_then(|cookie| cookie.split(';').next()).expect("a session");
    format!("__Host-tokenward-session{value}")
}

/// Bytes that a browser gets for the list of tokens when it knows nothing yet.
fn loaded(connection: &mut Connection, cookie: &str) -> usize {
    let page = connection.answer(get("/admin/api-tokens", cookie).as_bytes());
    let plain = connection.answer(get("/admin/api-tokens", cookie).replace("gzip", "identity").as_bytes());
    let text = String::from_utf8_lossy(&plain.body).into_owned();
    let parts = text.split('"').filter(|part| part.starts_with("/assets/"));
    let files: BTreeSet<&str> = parts.collect();
    page.body.len() + files.iter().map(|file| connection.answer(get(file, cookie).as_bytes()).body.len()).sum::<usize>()
}
