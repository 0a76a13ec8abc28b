//! A thousand revocations while a node stands still: all are answered, and everything else goes on meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind};

use crate::nodes::{EFFECTIVE, Made, NODES, Nodes, until};

const MANY: usize = 1_000;
const AT_ONCE: usize = 50;
const PASSWORD: &str = "a long way to Tipperary";

/// Makes many tokens at once.
fn import(database: &Database, nodes: &Nodes) -> Vec<Made> {
    let [rows, texts] = ["rows.csv", "texts.csv"].map(|name| database.folder().join(name));
    let names: Vec<String> = (0..MANY).map(|n| format!("t{n}")).collect();
    std::fs::write(&rows, format!("name\n{}\n", names.join("\n"))).unwrap();
    let [rows, output] = [&rows, &texts].map(|path| path.to_string_lossy());
    let _ = nodes.beside.run(&["token", "import", &rows, "--output", &output]).ok();
    let written = std::fs::read_to_string(&texts).unwrap();
    let made = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        Made { id: fields[1].to_owned(), text: fields[2].to_owned() }
    };
    written.lines().skip(1).map(made).collect()
}

#[test]
fn atk_m14_a_thousand_revocations_with_a_paused_node_are_all_answered_and_nobody_else_waits() {
    let database = Database::fresh(Kind::Postgres);
    let nodes = Nodes::on(&database);
    let body = json!({"username": "somebody", "roles": [], "password": PASSWORD});
    let _ = nodes.admin(0).post("/api/v1/users", &body).expect(201);
    let tokens = import(&database, &nodes);
    assert_eq!(tokens.len(), MANY);
    nodes.until_all_serve();
    nodes.pause(2);
    let (next, revoked, all_done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let others = std::thread::scope(|scope| {
        let revokers: Vec<_> = (0..AT_ONCE)
            .map(|thread| {
                let mut line = nodes.line(thread % 2);
                let (nodes, tokens, next, revoked) = (&nodes, &tokens, &next, &revoked);
                scope.spawn(move || {
                    while let Some(token) = tokens.get(next.fetch_add(1, Ordering::SeqCst)) {
                        let path = format!("/api/v1/tokens/{}/revoke", token.id);
                        // Too many at once are told to come back.
                        until("it is revoked", || {
                            let reply = line.call("POST", &path, &nodes.admin_text, "{}").unwrap();
                            assert!([200, 503].contains(&reply.status), "{reply:?}");
                            if reply.status == 503 {
                                println!("told to come back: {}", reply.body);
                            }
                            reply.status == 200 && reply.header(EFFECTIVE).is_some()
                        });
                        revoked.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let others: Vec<_> = (0..2)
            .map(|node| {
                let (nodes, all_done) = (&nodes, &all_done);
                scope.spawn(move || {
                    let mut went_on = 0;
                    while !all_done.load(Ordering::SeqCst) {
                        let signing_in = json!({"username": "somebody", "password": PASSWORD});
                        let answers = [
                            nodes.anybody(node).post("/api/v1/session", &signing_in),
                            nodes.admin(node).get("/api/v1/tokens?limit=5"),
                            nodes.admin(node).get("/api/v1/whoami"),
                        ];
                        assert!(answers.iter().all(|answer| [200, 503].contains(&answer.status)), "{answers:?}");
                        went_on += usize::from(answers.iter().all(|answer| answer.status == 200));
                        sleep(Duration::from_millis(100));
                    }
                    went_on
                })
            })
            .collect();
        let ended: Vec<_> = revokers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        all_done.store(true, Ordering::SeqCst);
        assert!(ended.iter().all(Result::is_ok), "all are answered");
        others.into_iter().map(|other| other.join().unwrap()).collect::<Vec<usize>>()
    });
    println!("signed in and read meanwhile: {others:?} times");
    assert_eq!(revoked.load(Ordering::SeqCst), MANY);
    assert!(others.iter().all(|times| 2 < *times), "{others:?}");
    nodes.go_on(2);
    nodes.until_all_serve();
    for token in tokens.iter().step_by(20) {
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    }
}
