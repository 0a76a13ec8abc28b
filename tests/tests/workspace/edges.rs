//! Which crate may know which. `deny.toml` holds the same from the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every library crate and the crates of ours it may name.
const EDGES: &[(&str, &[&str])] = &[
    ("token-core", &[]),
    ("token-jwt", &["token-core"]),
    ("token-authz", &["token-core"]),
    ("token-seal", &["token-core"]),
    ("token-store", &["token-core", "token-seal"]),
    ("token-admin", &["token-core", "token-jwt", "token-authz", "token-seal"]),
    ("token-guard", &["token-core", "token-jwt", "token-authz"]),
    ("token-wire", &["token-core"]),
    ("token-client", &["token-core", "token-guard", "token-wire"]),
    ("token-http", &["token-core", "token-jwt", "token-admin", "token-guard", "token-wire"]),
    ("token-console", &["token-core", "token-admin", "token-http"]),
    (
        "token-testkit",
        &[
            "token-core",
            "token-admin",
            "token-console",
            "token-guard",
            "token-http",
            "token-seal",
            "token-store",
            "token-wire",
        ],
    ),
    ("embedded-service", &["token-core", "token-guard", "token-client"]),
    ("verify-alone", &["token-core", "token-jwt", "token-authz"]),
    ("own-store", &["token-core", "token-jwt", "token-guard"]),
    ("own-database", &["token-core", "token-jwt", "token-guard", "token-store"]),
];

/// Who may name what is not ours, of the things that must stay behind one crate.
const BEHIND: &[(&str, &[&str])] = &[
    ("diesel", &["token-store"]),
    ("diesel_migrations", &["token-store"]),
    ("libsqlite3-sys", &["token-store"]),
    ("pq-sys", &["token-store"]),
    (
        "actix-web",
        &[
            "token-http",
            "token-console",
            "token-guard",
            "tokenward",
            "token-testkit",
            "token-bench",
            "embedded-service",
            "own-database",
        ],
    ),
    ("ureq", &["token-client", "token-testkit"]),
    ("axum", &["token-guard", "own-store"]),
    ("tokio", &["token-http", "token-guard", "own-store"]),
    ("clap", &["tokenward"]),
];

/// Packages that put everything together, or look at everything.
const WHOLE: &[&str] = &["tokenward", "token-tests", "token-bench", "xtask"];

/// The name of a package or dependency.
fn name(value: &Value) -> String {
    value["name"].as_str().unwrap().to_owned()
}

/// The packages of the workspace.
fn packages() -> Vec<Value> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path", manifest];
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Names of the dependencies of each package of the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let package = |package: &Value| {
        let named = package["dependencies"].as_array().unwrap().iter().map(name).collect();
        (name(package), named)
    };
    packages().iter().map(package).collect()
}

#[test]
fn every_crate_knows_only_whom_it_may() {
    let found = dependencies();
    let ours: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    let told: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).chain(WHOLE.iter().copied()).collect();
    assert_eq!(ours, told, "a new crate needs its line here and in deny.toml");
    for (name, may) in EDGES {
        let knows = found.get(*name).unwrap().iter().map(String::as_str).filter(|known| ours.contains(known));
        let beyond: Vec<&str> = knows.filter(|known| !may.contains(known)).collect();
        assert_eq!(beyond, Vec::<&str>::new(), "{name} names crates it may not know");
    }
    let kit: Vec<&str> =
        found.iter().filter(|(_, named)| named.contains("token-testkit")).map(|(name, _)| name.as_str()).collect();
    assert_eq!(kit, ["token-bench", "token-tests"], "what is fixed for tests must not reach a server");
}

#[test]
fn what_stays_behind_one_crate_is_named_by_no_other() {
    let found = dependencies();
    for (thing, may) in BEHIND {
        let named = found.iter().filter(|(_, named)| named.contains(*thing)).map(|(name, _)| name.as_str());
        let beyond: Vec<&str> = named.filter(|name| !may.contains(name)).collect();
        assert_eq!(beyond, Vec::<&str>::new(), "{thing}");
    }
}

/// Features that are for tests alone.
const FOR_TESTS: &[(&str, &str)] = &[("token-guard", "test-support"), ("token-guard", "shuttle")];

#[test]
fn what_is_for_tests_is_asked_for_by_tests_alone() {
    let mut asked = Vec::new();
    for package in packages() {
        for dependency in package["dependencies"].as_array().unwrap() {
            let features = dependency["features"].as_array().unwrap().iter().filter_map(Value::as_str);
            let known = |feature: &&str| FOR_TESTS.contains(&(name(dependency).as_str(), *feature));
            let is_dev = dependency["kind"].as_str() == Some("dev");
            asked.extend(features.filter(known).map(|_| (name(&package), is_dev)));
        }
    }
    let shipped: Vec<_> = asked.iter().filter(|(_, is_dev)| !is_dev).collect();
    assert_eq!(shipped, Vec::<&(String, bool)>::new(), "name it under `dev-dependencies`");
    assert_ne!(asked, [], "and somebody does test with it");
}
