//! How long a change takes to be in force on every node: three servers on one PostgreSQL database, which
//! `TOKENWARD_TEST_POSTGRES` names. Tokens are made and revoked through each of them in turn, and every node is asked after
//! each revocation.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use serde_json::{Value, json};
use token_bench::{Spread, kinds};
use token_testkit::{Answer, Client, Database, Kind, Server};

const NODES: usize = 3;

fn main() {
    if !kinds().contains(&Kind::Postgres) {
        println!("TOKENWARD_TEST_POSTGRES names no PostgreSQL: nothing measured");
        return;
    }
    let database = Database::fresh(Kind::Postgres);
    let program = database.program();
    let made = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let admin = text(&made, "token");
    let start = |number: usize| {
        let folder = database.folder().join(format!("node{number}"));
        let program = program.clone().with("TOKENWARD_DATA_DIR", &folder.to_string_lossy());
        Server::start(&program, database.folder().join(format!("node{number}.log")))
    };
    let servers: Vec<Server> = (0..NODES).map(start).collect();
    let nodes: Vec<Client> = servers.iter().map(Server::client).collect();
    let node = |turn: usize| nodes.get(turn % NODES).expect("a node");

    let mut made = Vec::new();
    let creation = Spread::of(|| {
        let body = json!({"name": format!("t{}", made.len()), "roles": []});
        made.push(of_all(node(made.len()).bearer(&admin).post("/api/v1/tokens", &body).expect(201)).json());
    });
    for token in &made {
        (0..NODES).for_each(|turn| drop(node(turn).bearer(&text(token, "token")).get("/api/v1/whoami").expect(200)));
    }
    let mut ended = 0;
    let mut waited = Vec::new();
    let revocation = Spread::of(|| {
        let token = made.get(ended).expect("a token");
        ended += 1;
        let path = format!("/api/v1/tokens/{}/revoke", text(token, "id"));
        waited.push(waited_ms(&of_all(node(ended).bearer(&admin).post(&path, &json!({})).expect(200))));
    });
    for token in &made {
        (0..NODES).for_each(|turn| drop(node(turn).bearer(&text(token, "token")).get("/api/v1/whoami").expect(401)));
    }
    println!("\n{NODES} nodes on one PostgreSQL database, each change answered when all of them refuse or admit by it");
    creation.print("a token is made, and good on every node");
    revocation.print("a token is revoked, and refused by every node");
    waited.sort_unstable();
    let at = |percent: usize| waited.get(waited.len() * percent / 100).copied().unwrap_or(0);
    println!("  of which the wait for the nodes: p50 {} ms, p99 {} ms", at(50), at(99));
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

/// The same answer, if it says that it is in force on all of them.
fn of_all(answer: Answer) -> Answer {
    let field = answer.header("tokenward-effective").expect("a change");
    assert!(field.starts_with("everywhere;") && field.contains(&format!("nodes={NODES};")), "{field}");
    answer
}

fn waited_ms(answer: &Answer) -> u64 {
    let (_, rest) =
        answer.header("tokenward-effective").and_then(|field| field.split_once("waited-ms=")).expect("a wait");
    rest.split(';').next().and_then(|text| text.parse().ok()).expect("milliseconds")
}
