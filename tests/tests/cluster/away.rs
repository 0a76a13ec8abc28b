//! Nodes that cannot reach their database: they go by what they know for a lease, and then let nobody pass.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind};

use crate::nodes::{EFFECTIVE, Made, NODES, Nodes, moment, until};
use crate::postgres::Postgres;
use crate::proxy::Way;

/// Long enough for a busy machine to make calls before it ends.
const LEASE: &str = "5s";

/// How long a database stays away where there is time; else only until everybody has noticed.
const AWAY: Duration = Duration::from_secs(30);

/// How soon all is well again after it is back, in one of so many rounds: a busy machine may be late now and then.
const BACK: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;

/// Waits until a node lets nobody pass, and says why.
#[track_caller]
fn until_stale(nodes: &Nodes, node: usize, token: &Made) {
    let mut answer = None;
    until("the lease has ended", || {
        let last = nodes.call(node, &token.text);
        let refused = last.status != 200;
        answer = Some(last);
        refused
    });
    let answer = answer.unwrap().expect(503);
    assert_eq!(answer.json()["type"], "/problems/stale");
    assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()), "{answer:?}");
    for _ in 0..3 {
        let _ = nodes.call(node, &token.text).expect(503);
    }
    let _ = nodes.anybody(node).get("/readyz").expect(503);
}

fn cut_off(way: Way) {
    let database = Database::fresh(Kind::Postgres);
    let nodes = Nodes::on(&database);
    let [kept, ended] = ["kept", "ended"].map(|name| nodes.token(0, &json!({"name": name, "roles": []})));
    for token in [&kept, &ended] {
        assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
    }
    nodes.go(2, way);
    until_stale(&nodes, 2, &kept);
    // The others go on, and so do changes.
    assert_eq!([0, 1].map(|node| nodes.whoami(node, &kept.text)), [200; 2]);
    let _ = nodes.admin(1).post(&format!("/api/v1/tokens/{}/revoke", ended.id), &json!({})).expect(200);
    let _ = nodes.call(2, &ended.text).expect(503);
    nodes.go(2, Way::Pass);
    assert_eq!([&ended, &kept].map(|token| nodes.whoami(2, &token.text)), [401, 200], "it has learned what it missed");
    nodes.until_all_serve();
}

#[test]
fn p11_a_node_whose_connections_are_cut_lets_nobody_pass_after_its_lease() {
    cut_off(Way::Cut);
}

#[test]
fn p11_a_node_before_a_black_hole_lets_nobody_pass_after_its_lease() {
    cut_off(Way::Hole);
}

#[test]
fn p11_a_node_whose_way_is_slower_than_its_lease_lets_nobody_pass() {
    cut_off(Way::Slow(Duration::from_millis(1_200)));
}

/// The database is away from everybody: warm calls pass until the lease ends, and all is well soon after it is back.
fn away(nodes: &Nodes, leave: impl Fn(), come_back: impl Fn()) {
    let mut rounds = Vec::new();
    while rounds.len() < ROUNDS && rounds.last().is_none_or(|back| BACK < *back) {
        rounds.push(away_once(nodes, &leave, &come_back));
    }
    println!("all nodes served again so long after the database was back: {rounds:?}");
    assert!(rounds.last().is_some_and(|back| *back <= BACK), "{rounds:?}");
}

/// How long it took until all nodes served again.
fn away_once(nodes: &Nodes, leave: impl Fn(), come_back: impl Fn()) -> Duration {
    let [warm, cold] = ["warm", "cold"].map(|name| nodes.token(0, &json!({"name": name, "roles": []})));
    assert_eq!(nodes.everywhere(&warm.text), [200; NODES]);
    let left = moment();
    leave();
    assert_eq!(nodes.everywhere(&warm.text), [200; NODES], "what they know is as good as their lease");
    std::thread::scope(|scope| {
        for node in 0..NODES {
            let (warm, cold) = (&warm, &cold);
            // A call that cannot be answered from memory is told so; it does not hang.
            scope.spawn(move || nodes.call(node, &cold.text).expect(503));
            scope.spawn(move || until_stale(nodes, node, warm));
        }
    });
    let refused = nodes.admin(0).post(&format!("/api/v1/tokens/{}/revoke", warm.id), &json!({})).expect(503);
    assert_eq!(refused.header(EFFECTIVE), None, "nothing was done");
    while token_testkit::is_long() && left.elapsed() < AWAY {
        for node in 0..NODES {
            let _ = nodes.call(node, &warm.text).expect(503);
        }
        sleep(Duration::from_millis(100));
    }
    println!("the database was away for {:?}", left.elapsed());
    come_back();
    let came = moment();
    until("all nodes serve again", || nodes.everywhere(&warm.text) == [200; NODES]);
    let back = came.elapsed();
    assert_eq!(nodes.everywhere(&cold.text), [200; NODES]);
    nodes.until_all_serve();
    let _ = nodes.admin(0).post(&format!("/api/v1/tokens/{}/revoke", warm.id), &json!({})).expect(200);
    assert_eq!(nodes.everywhere(&warm.text), [401; NODES]);
    back
}

#[test]
fn p24_a_database_that_says_nothing_is_ridden_out_for_a_lease_and_no_longer() {
    let database = Database::fresh(Kind::Postgres);
    let program = database.program().with("TOKENWARD_LEASE", LEASE);
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    let all = |way| (0..NODES).for_each(|node| nodes.go(node, way));
    away(&nodes, || all(Way::Hole), || all(Way::Pass));
}

#[test]
fn p24_a_database_that_crashed_is_ridden_out_for_a_lease_and_no_longer() {
    let postgres = std::cell::RefCell::new(Postgres::start_fresh());
    let (program, url) = (postgres.borrow().program(), postgres.borrow().url());
    let folder = postgres.borrow().folder().to_owned();
    let nodes = Nodes::with(&program.with("TOKENWARD_LEASE", LEASE), &url, &folder);
    away(&nodes, || postgres.borrow_mut().stop(), || postgres.borrow_mut().start());
}

#[test]
fn p24_a_node_before_a_black_hole_can_be_told_to_end() {
    let database = Database::fresh(Kind::Postgres);
    let nodes = Nodes::on(&database);
    let token = nodes.token(0, &json!({"name": "t", "roles": []}));
    assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
    nodes.go(2, Way::Hole);
    until_stale(&nodes, 2, &token);
    nodes.terminate(2);
    // What it left behind is waited for once, and it comes back.
    let _ = nodes.admin(0).post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    nodes.go(2, Way::Pass);
    nodes.start(2);
    nodes.until_all_serve();
}
