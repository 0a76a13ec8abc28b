//! Everything that is wrong with a body is told in one answer: what is refused by itself, and what does not fit here.

use serde_json::{Value, json};
use token_testkit::{Answer, on_each_database};

use crate::app::App;

const NOBODY: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect()
}

fn all_wrong() -> Value {
    json!({
        "name": "", "description": "x".repeat(2_001), "roles": [NOBODY], "expires_at": "2001-01-01",
        "allowed_networks": ["10.0.0.0/33"],
    })
}

#[test]
fn a_new_token_with_everything_wrong_learns_of_everything() {
    on_each_database(|database| {
        let app = App::start(database);
        let refused = app.admin.post("/api/v1/tokens", &all_wrong()).expect(422);
        let expected = ["/name", "/description", "/allowed_networks/0", "/roles", "/expires_at"];
        assert_eq!(pointers(&refused), expected, "{}", refused.text);
    });
}

#[test]
fn a_save_with_everything_wrong_learns_of_everything() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let mut body = all_wrong();
        body["reason"] = json!("x".repeat(501));
        let path = format!("/api/v1/tokens/{}", token.id);
        let refused = app.admin.patch(&path, 1, &body).expect(422);
        let expected = ["/name", "/description", "/allowed_networks/0", "/reason", "/roles", "/expires_at"];
        assert_eq!(pointers(&refused), expected, "{}", refused.text);
        let _ = app.admin.patch(&path, 7, &body).expect(412);
    });
}

#[test]
fn x07_a_missing_right_is_told_before_refused_values() {
    on_each_database(|database| {
        let app = App::start(database);
        let writer = app.role("Writer", &["allow assets:write"]);
        let clerk = app.caller("clerk", &["allow tokens:create", "allow tokens:update"]);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let _ = clerk.post("/api/v1/tokens", &json!({"name": "", "roles": [writer]})).expect(403);
        let _ = clerk.patch(&path, 1, &json!({"name": "", "roles": [writer]})).expect(403);
        let refused = clerk.patch(&path, 1, &json!({"name": "", "revoked": true})).expect(403);
        assert!(refused.text.contains("tokens:revoke"), "{}", refused.text);
    });
}

#[test]
fn s28_a_revoked_token_answers_409_to_whatever_would_change_it_and_422_to_a_bad_name() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
        let _ = app.admin.patch(&path, 2, &json!({"name": "", "allowed_networks": ["x"]})).expect(409);
        let _ = app.admin.patch(&path, 2, &json!({"name": "", "roles": [NOBODY]})).expect(409);
        let refused = app.admin.patch(&path, 2, &json!({"name": ""})).expect(422);
        assert_eq!(pointers(&refused), ["/name"]);
    });
}
