//! Guarding other programs: what a gateway is answered that asks whether a call may pass.

mod callers;
mod paths;
mod peers;
mod told;

use serde_json::{Value, json};
use token_testkit::{Answer, Client, Database};

use crate::app::App;

/// Any second; the clock stands still there.
const NOON: i64 = 1_900_000_000;

/// A server that believes gateways on this machine.
fn gateway(database: Database) -> App {
    let file = database.folder().join("clock");
    std::fs::write(&file, format!("{}", NOON * 1_000_000)).unwrap();
    let program = database.program().with("TOKENWARD_CLOCK_FILE", &file.to_string_lossy());
    let program = program.with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.0/8");
    App::with(database, program)
}

/// A list of rules, each `GET /assets/** assets:read`, as a body has it.
pub(crate) fn rules(lines: &[&str]) -> Value {
    let rule = |line: &&str| {
        let [method, path, permission] = line.split(' ').collect::<Vec<_>>()[..] else { unreachable!("{line}") };
        json!({"method": method, "path": path, "permission": permission})
    };
    json!({"rules": lines.iter().map(rule).collect::<Vec<_>>()})
}

/// Replaces all rules; the version they have from then on.
#[track_caller]
pub(crate) fn set_rules(admin: &Client, lines: &[&str]) -> Answer {
    let before = admin.get("/api/v1/routes").expect(200);
    let admin = admin.with("If-Match", before.header("etag").unwrap());
    admin.request("PUT", "/api/v1/routes", Some(&rules(lines).to_string())).expect(200)
}

/// Asks as Caddy and Traefik do.
pub(crate) fn ask(client: &Client, method: &str, target: &str) -> Answer {
    client.with("X-Forwarded-Method", method).with("X-Forwarded-Uri", target).get("/authz")
}

/// The problem of a refused call, in a word.
fn problem(answer: &Answer) -> String {
    answer.json()["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned()
}

/// The rules of a role that allows one thing.
fn allow(permission: &str) -> Value {
    json!({"rules": [{"effect": "allow", "permission": permission}]})
}
