//! The first use of a newer text, on whichever node, ends the older ones on all of them; later uses write nothing.

use serde_json::json;
use token_testkit::{Database, Kind};

use crate::nodes::{NODES, Nodes, made, of_all};

/// Calls after the first.
const CALLS: usize = 10_000;

/// Every row there is with the transaction that wrote it last, but for those of registrations and of usage, which are
/// written by time and not by call.
fn rows(database: &Database) -> String {
    let tables = database.sql("SELECT relname FROM pg_stat_user_tables ORDER BY relname").unwrap();
    let tables = tables.lines().filter(|table| *table != "nodes" && !table.contains("usage"));
    let rows = tables.map(|table| {
        let of = format!("SELECT md5(string_agg(xmin::text || t::text, ',' ORDER BY t::text)) FROM \"{table}\" t");
        format!("{table} {}", database.sql(&of).unwrap())
    });
    rows.collect()
}

#[test]
fn x04_a_newer_text_used_on_one_node_ends_the_older_on_another_and_is_written_once() {
    let database = Database::fresh(Kind::Postgres);
    // Nobody is silent here, so nobody waits that long.
    let program = database.program().with("TOKENWARD_LEASE", "20s");
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    nodes.until_all_serve();
    let first = nodes.token(0, &json!({"name": "t", "roles": []}));
    let body = json!({"old_ends": {"on_first_use": "2099-12-31"}});
    let rotated = nodes.admin(0).post(&format!("/api/v1/tokens/{}/rotate", first.id), &body).expect(201);
    let second = made(&of_all(rotated));
    assert_eq!(nodes.everywhere(&first.text), [200; NODES], "the newer one was not used yet");
    assert_eq!(nodes.whoami(1, &second.text), 200);
    assert_eq!(nodes.whoami(0, &first.text), 401, "when the other node has answered");
    assert_eq!(nodes.everywhere(&first.text), [401; NODES]);
    assert_eq!(nodes.everywhere(&second.text), [200; NODES]);

    let (mut before, others) = (rows(&database), changes(&database));
    for round in 1.. {
        call_all_nodes(&nodes, &second.text);
        let after = rows(&database);
        if after == before {
            break;
        }
        // The calls that were refused above are told of when their minute is over, whenever that is; and once.
        assert!(round < 3, "{after}\n{before}");
        assert_eq!(changes(&database), others);
        before = after;
    }
    assert!(before.contains("event_head "), "{before}");
}

/// How many events there are, but for those that count refused calls.
fn changes(database: &Database) -> String {
    database.sql("SELECT count(*) FROM events WHERE kind <> 'calls.refused'").unwrap()
}

/// A thread calls each node, again and again.
fn call_all_nodes(nodes: &Nodes, text: &str) {
    std::thread::scope(|scope| {
        for node in 0..NODES {
            let mut line = nodes.line(node);
            scope.spawn(move || {
                for call in 0..CALLS.div_ceil(NODES) {
                    let reply = line.whoami(text).unwrap();
                    assert_eq!(reply.status, 200, "call {call} at node {node}: {reply:?}");
                }
            });
        }
    });
}
