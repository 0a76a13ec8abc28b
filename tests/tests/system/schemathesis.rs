//! schemathesis calls every operation of the served document with values inside and outside of what it tells, and holds
//! each answer against it: no 5xx, no status, media type or header field that is not documented, no body of another
//! shape.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use token_testkit::{Database, Kind, is_long};

use crate::app::App;

/// What an answer is held against. Whether a value is refused that the document allows is not asked: names in use,
/// ids of nothing and times that are past are refused for reasons no schema can tell.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// Not the stateful phase, which is a second way to the same calls. All of them send ids they read in answers, so a hook
/// keeps them from ending the token they call with, or its key.
const PHASES: &str = "examples,coverage,fuzzing";

/// Members of a path that describe an operation.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Where the document is served.
const DOCUMENT: &str = "/api/openapi.json";

/// Method and path of each operation of the served document.
fn operations(app: &App) -> BTreeSet<String> {
    let document = app.admin.get(DOCUMENT).expect(200).json();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().filter(|name| METHODS.contains(&name.as_str()));
        found.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    found
}

/// The ids of the caller's token and of the key that signed it.
fn own_ids(app: &App) -> String {
    let head = app.admin_text.split('.').next().unwrap();
    let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
    let caller = app.admin.get("/api/v1/whoami").expect(200).json();
    format!("{},{}", caller["id"].as_str().unwrap(), head["kid"].as_str().unwrap())
}

fn judged(kind: Kind, examples: u32, seconds: u32) {
    let app = App::start(Database::fresh(kind));
    let tried = app.database.folder().join("tried");
    let python = std::env::var("TOKENWARD_TEST_PYTHON").expect("TOKENWARD_TEST_PYTHON; the test command sets it");
    let output = Command::new(Path::new(&python).with_file_name("schemathesis"))
        .current_dir(app.database.folder())
        .args(["--no-color", "run", &format!("{}{DOCUMENT}", app.server.address())])
        .env("SCHEMATHESIS_HOOKS", "own_token")
        .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system/schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("OWN_IDS", own_ids(&app))
        .env("TRIED", &tried)
        .args(["--header", &format!("Authorization: Bearer {}", app.admin_text)])
        .args(["--checks", CHECKS, "--phases", PHASES, "--continue-on-failure", "--warnings", "off"])
        .arg("--generation-deterministic")
        .args(["--generation-with-security-parameters", "false"])
        .args(["--max-examples", &examples.to_string(), "--max-time", &seconds.to_string(), "--no-shrink"])
        .args(["--suppress-health-check", "all", "--request-timeout", "30"])
        .output()
        .expect("schemathesis is beside that Python");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let tried = std::fs::read_to_string(tried).unwrap_or_default();
    // It has asked for the document before all, and leaves that operation out.
    let tried: BTreeSet<String> = tried.lines().map(ToOwned::to_owned).chain([format!("GET {DOCUMENT}")]).collect();
    let operations = operations(&app);
    let untried: Vec<_> = operations.difference(&tried).collect();
    assert!(20 < operations.len() && untried.is_empty(), "never called, of {}: {untried:?}", operations.len());
    let cases = told.lines().find(|line| line.contains(" generated")).unwrap_or_default();
    println!("{kind:?}: {} operations, {}", operations.len(), cases.trim());
    // It asked as somebody who may do everything, to the end.
    let _ = app.admin.get("/api/v1/whoami").expect(200);
    let events = app.admin.get("/api/v1/events?type=token.created&limit=500").expect(200).json();
    assert!(2 < events["items"].as_array().unwrap().len(), "it made nothing: {told}");
}

#[test]
fn schemathesis_finds_nothing_on_sqlite() {
    let (examples, seconds) = if is_long() { (200, 1_200) } else { (20, 60) };
    judged(Kind::Sqlite, examples, seconds);
}

#[test]
fn schemathesis_finds_nothing_on_postgresql() {
    let (examples, seconds) = if is_long() { (100, 600) } else { (5, 30) };
    judged(Kind::Postgres, examples, seconds);
}
