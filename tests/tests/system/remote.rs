//! A guard in another service: the example service as a process of its own, a server, and what may go wrong between.

mod answers;
mod away;
mod between;
mod calls;
mod contract;
mod late;
mod own_database;
mod paused;
pub(crate) mod service;

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::Answer;

use crate::app::{App, Made};
use service::Service;

/// A token that may follow the log.
fn follower(app: &App) -> String {
    let role = app.role("follower", &["allow guards:follow"]);
    app.token("the service", &[&role]).text
}

/// A role that may see assets, by id.
fn reader(app: &App) -> String {
    app.role("reader", &["allow assets:read"])
}

/// A server with the real clock, these settings, and a role of readers.
fn server(database: token_testkit::Database, lease: &str) -> (App, String) {
    let program = database.program().with("TOKENWARD_LEASE", lease);
    let app = App::with(database, program);
    let reader = reader(&app);
    (app, reader)
}

/// Revokes, and gives what was answered.
#[track_caller]
fn revoke(app: &App, token: &Made) -> Answer {
    app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200)
}

/// How many nodes a change waited for.
#[track_caller]
fn nodes(answer: &Answer) -> usize {
    let field = answer.header("tokenward-effective").expect("a change tells what it waited for");
    let nodes = field.split("; ").find_map(|part| part.strip_prefix("nodes=")).expect("a number of nodes");
    nodes.parse().expect("a number")
}

/// How long a change waited for the nodes, in milliseconds.
#[track_caller]
fn waited(answer: &Answer) -> u64 {
    let field = answer.header("tokenward-effective").expect("a change tells how long it waited");
    let waited = field.split("; ").find_map(|part| part.strip_prefix("waited-ms=")).expect("a time");
    waited.parse().expect("a number")
}

/// Calls until the answer is this one, at most a minute; what was answered before that.
#[track_caller]
pub(crate) fn until(status: u16, call: impl Fn() -> u16) -> Vec<u16> {
    let mut before = Vec::new();
    for _ in 0..3_000 {
        match call() {
            found if found == status => return before,
            other => before.push(other),
        }
        sleep(Duration::from_millis(20));
    }
    assert_eq!(before.last(), Some(&status), "after a minute");
    before
}

/// What the service answers to a call with this token.
fn call(service: &Service, token: &Made) -> u16 {
    service.client().bearer(&token.text).get("/assets").status
}
