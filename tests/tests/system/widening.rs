//! Nobody gives or takes over what they do not hold.

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::{App, rules_json};

#[test]
fn x07_p67_no_path_hands_over_what_the_caller_lacks() {
    on_each_database(|database| {
        let app = App::start(database);
        let clerk = app.caller("clerk", &["allow tokens:*", "allow roles:*", "allow assets:read", "deny assets:write"]);
        let writer = app.role("Writer", &["allow assets:write"]);
        let reader = app.role("Reader", &["allow assets:read"]);
        let held = app.role("Denier", &["deny assets:write"]);
        let strong = app.token("strong", &[&writer]);
        let _ = clerk.post("/api/v1/tokens", &json!({"name": "x", "roles": [writer]})).expect(403);
        let mine = clerk.post("/api/v1/tokens", &json!({"name": "x", "roles": [reader]})).expect(201).json();
        let path = format!("/api/v1/tokens/{}", mine["id"].as_str().unwrap());
        let _ = clerk.patch(&path, 1, &json!({"roles": [writer]})).expect(403);
        let _ = clerk.post(&format!("/api/v1/tokens/{}/reveal", strong.id), &json!({})).expect(403);
        let rules = rules_json(&["allow assets:read", "allow assets:write"]);
        let _ = clerk.patch(&format!("/api/v1/roles/{reader}"), 1, &json!({"rules": rules})).expect(403);
        let _ = clerk.post("/api/v1/roles", &json!({"name": "All", "rules": rules_json(&["allow *:*"])})).expect(403);
        let _ = clerk.patch(&format!("/api/v1/roles/{held}"), 1, &json!({"rules": []})).expect(403);
        let _ = clerk.delete(&format!("/api/v1/roles/{held}")).expect(403);
        let admin = "00000000-0000-7000-8000-000000000001";
        let _ = clerk.post("/api/v1/tokens", &json!({"name": "x", "roles": [admin]})).expect(403);
        let _ = clerk.post(&format!("/api/v1/tokens/{}/revoke", strong.id), &json!({})).expect(200);
    });
}

#[test]
fn t07_x07_not_even_everything_is_admin() {
    on_each_database(|database| {
        let app = App::start(database);
        let nearly = app.caller("nearly", &["allow *:*"]);
        let admin = "00000000-0000-7000-8000-000000000001";
        let _ = nearly.post("/api/v1/tokens", &json!({"name": "x", "roles": [admin]})).expect(403);
        let _ = app.admin.post("/api/v1/tokens", &json!({"name": "x", "roles": [admin]})).expect(201);
    });
}
