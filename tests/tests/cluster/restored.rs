//! A database that was put back to an older state would let revoked tokens pass again: no node serves it until an
//! operator decides.

use std::process::{Command, Stdio};

use serde_json::json;
use token_testkit::{Answer, Database, Kind};

use crate::nodes::{Made, NODES, Nodes, of_all, until};
use crate::proxy::Way;

const PASSWORD: &str = "a long way to Tipperary";
const SESSION: &str = "__Host-tokenward-session";

/// What was there at one time, as text.
struct Backup(String);

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Backup {
    fn of(database: &Database) -> Self {
        let file = database.folder().join("backup.sql").to_string_lossy().into_owned();
        run(Command::new("pg_dump").args(["--file", &file]).arg(database.address()));
        Self(file)
    }

    /// Puts it in the place of what is there, under the same name.
    fn restore(&self, database: &Database) {
        let address = database.address();
        let (server, name) = address.rsplit_once('/').unwrap();
        let psql = || {
            let mut psql = Command::new("psql");
            psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
            psql
        };
        let anew = [format!("DROP DATABASE {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")];
        for statement in &anew {
            run(psql().args(["-c", statement, &format!("{server}/postgres")]));
        }
        // In one transaction: nodes that run see all of it or nothing, and write nothing in between.
        run(psql().args(["-1", "-o", "/dev/null", "-f", &self.0, &address]));
    }
}

struct World {
    nodes: Nodes,
    /// Of somebody who signed in before the backup, and out after it.
    session: String,
    /// Good in both states.
    kept: Made,
    /// Revoked after the backup.
    ended: Made,
    backup: Backup,
}

fn world(database: &Database) -> World {
    let nodes = Nodes::on(database);
    let [kept, ended] = ["kept", "ended"].map(|name| nodes.token(0, &json!({"name": name, "roles": []})));
    let body = json!({"username": "somebody", "roles": [], "password": PASSWORD});
    let _ = nodes.admin(0).post("/api/v1/users", &body).expect(201);
    let signed_in = sign_in(&nodes, 0).expect(200);
    let session = format!("{SESSION}={}", signed_in.cookie(SESSION).unwrap());
    let backup = Backup::of(database);
    let person = nodes.anybody(0).with("Cookie", &session).with("Origin", &nodes.address(0));
    let _ = person.get("/api/v1/session").expect(200);
    let csrf = signed_in.json()["csrf_token"].as_str().unwrap().to_owned();
    let _ = person.with("X-CSRF-Token", &csrf).delete("/api/v1/session").expect(204);
    let _ = person.get("/api/v1/session").expect(401);
    for node in 0..NODES {
        assert_eq!([&kept, &ended].map(|token| nodes.whoami(node, &token.text)), [200; 2]);
    }
    let _ = nodes.admin(0).post(&format!("/api/v1/tokens/{}/revoke", ended.id), &json!({})).expect(200);
    assert_eq!(nodes.everywhere(&ended.text), [401; NODES]);
    World { nodes, session, kept, ended, backup }
}

fn sign_in(nodes: &Nodes, node: usize) -> Answer {
    nodes.anybody(node).post("/api/v1/session", &json!({"username": "somebody", "password": PASSWORD}))
}

fn head(database: &Database) -> u64 {
    database.sql("SELECT seq FROM event_head").unwrap().trim().parse().unwrap()
}

/// Every node refuses, whatever is asked and as often as it is asked, also when it is started again.
fn is_refused(world: &World) {
    let World { nodes, session, kept, ended, .. } = world;
    for node in 0..NODES {
        until("it lets nobody pass", || {
            assert_ne!(nodes.call(node, &ended.text).status, 200, "it was revoked");
            nodes.call(node, &kept.text).status == 503
        });
        for token in [kept, ended] {
            let answer = nodes.call(node, &token.text).expect(503);
            assert_eq!(answer.json()["type"], "/problems/stale");
        }
        // People fare no better: what they are and whether they signed out is as old as the rest.
        let _ = nodes.anybody(node).with("Cookie", session).get("/api/v1/session").expect(503);
        let _ = sign_in(nodes, node).expect(503);
        let _ = nodes.anybody(node).get("/readyz").expect(503);
        until("it says why", || nodes.log(node).contains("the database has gone back"));
    }
    nodes.kill(1);
    let refused = nodes.try_start(1).unwrap_err();
    assert!(refused.contains("it is older than it was"), "{refused}");
}

/// An operator goes on with it: nodes that wait go on by themselves, and those that did not start, do.
fn is_accepted(world: &World) {
    let World { nodes, kept, .. } = world;
    let _ = nodes.beside.run(&["restore", "accept", "--yes"]).ok();
    nodes.start(1);
    assert_eq!(nodes.everywhere(&kept.text), [200; NODES]);
    nodes.until_all_serve();
    let _ = of_all(nodes.admin(2).post(&format!("/api/v1/tokens/{}/revoke", kept.id), &json!({})).expect(200));
    assert_eq!(nodes.everywhere(&kept.text), [401; NODES]);
}

#[test]
fn p23_atk_m05_nodes_refuse_an_older_state_that_was_restored_under_them() {
    let database = Database::fresh(Kind::Postgres);
    let world = world(&database);
    world.backup.restore(&database);
    is_refused(&world);
    is_accepted(&world);
}

#[test]
fn p23_atk_m05_nodes_refuse_an_older_state_that_has_grown_past_what_they_know() {
    let database = Database::fresh(Kind::Postgres);
    let world = world(&database);
    let known = head(&database);
    (0..NODES).for_each(|node| world.nodes.go(node, Way::Hole));
    world.backup.restore(&database);
    while head(&database) <= known {
        let _ = world.nodes.beside.run(&["token", "create", "--name", "later"]).ok();
    }
    (0..NODES).for_each(|node| world.nodes.go(node, Way::Pass));
    is_refused(&world);
    is_accepted(&world);
}

#[test]
fn p23_atk_m05_nodes_that_were_stopped_do_not_start_on_an_older_state_until_it_is_accepted() {
    let database = Database::fresh(Kind::Postgres);
    let World { nodes, kept, ended, backup, .. } = world(&database);
    // What a node has applied is written down at its next round.
    let known = head(&database).to_string();
    for node in 0..NODES {
        let file = nodes.data(node).join("server.applied");
        until("it is written down", || std::fs::read_to_string(&file).is_ok_and(|text| text.starts_with(&known)));
        nodes.kill(node);
    }
    backup.restore(&database);
    for node in 0..NODES {
        let refused = nodes.try_start(node).unwrap_err();
        assert!(refused.contains("it is older than it was") && refused.contains("restore accept"), "{refused}");
    }
    let _ = nodes.beside.run(&["restore", "accept", "--revoke-all", "--yes"]).ok();
    (0..NODES).for_each(|node| nodes.start(node));
    for token in [&kept, &ended] {
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    }
}
