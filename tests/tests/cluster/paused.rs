//! A node that stands still: it is waited for as long as it may go by what it has read, and no longer.

use serde_json::json;
use token_testkit::{Database, Kind};

use crate::nodes::{EFFECTIVE, NODES, Nodes, of_all, waited};

/// The lease that is usual, in milliseconds.
const LEASE: u64 = 1_000;

/// What a machine that has little else to do takes beyond the bound.
const SLACK: u64 = 200;

/// Of so many attempts one has to find the machine like that: whoever waits for too long does so in each of them.
const ATTEMPTS: usize = 3;

#[test]
fn p12_p33_atk_m02_atk_t06_a_paused_node_is_waited_for_and_accepts_nothing_when_it_goes_on() {
    let database = Database::fresh(Kind::Postgres);
    let nodes = Nodes::on(&database);
    let attempt = |round: usize| {
        nodes.until_all_serve();
        let token = nodes.token(0, &json!({"name": format!("t{round}"), "roles": []}));
        let mut lines = [nodes.line(2), nodes.line(2)];
        for line in &mut lines {
            assert_eq!(line.whoami(&token.text).unwrap().status, 200);
        }
        nodes.pause(2);
        let answer = nodes.admin(0).post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        let waited = waited(of_all(answer).header(EFFECTIVE).unwrap());
        assert!(LEASE * 11 / 10 <= waited, "a silent node may go by what it has read: {waited} ms");
        assert_eq!([0, 1].map(|node| nodes.whoami(node, &token.text)), [401; 2]);
        // Both are there before it goes on.
        for line in &mut lines {
            line.send("GET", "/api/v1/whoami", &token.text, "").unwrap();
        }
        nodes.go_on(2);
        for line in &mut lines {
            let first = line.receive().unwrap().status;
            assert!([401, 503].contains(&first), "its first answer is {first}");
        }
        waited
    };
    let waits: Vec<u64> = (0..ATTEMPTS).map(attempt).collect();
    println!("a paused node was waited for: {waits:?} ms");
    assert!(waits.iter().any(|waited| *waited <= LEASE * 12 / 10 + SLACK), "always for too long: {waits:?} ms");
    nodes.until_all_serve();
}

#[test]
fn x01_a_node_that_is_gone_is_waited_for_once_and_one_that_left_not_at_all() {
    let database = Database::fresh(Kind::Postgres);
    let nodes = Nodes::on(&database);
    nodes.until_all_serve();
    let revoke = |node: usize, name: &str| {
        let token = nodes.beside.run(&["token", "create", "--name", name, "--json"]).ok().json();
        let path = format!("/api/v1/tokens/{}/revoke", token["id"].as_str().unwrap());
        nodes.admin(node).post(&path, &json!({})).expect(200)
    };
    nodes.terminate(1);
    let left = revoke(0, "left");
    assert!(left.header(EFFECTIVE).unwrap().contains("; nodes=2;"), "{left:?}");
    nodes.start(1);
    nodes.until_all_serve();
    nodes.kill(1);
    nodes.kill(2);
    // Made and waited for beside, by a command.
    let _ = revoke(0, "killed");
    crate::nodes::until("nobody waits for the dead", || {
        let answer = revoke(0, "again");
        answer.header(EFFECTIVE).unwrap().contains("; nodes=1;")
    });
    (1..NODES).for_each(|node| nodes.start(node));
    nodes.until_all_serve();
}
