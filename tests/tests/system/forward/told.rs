//! Who may pass, by which rule, and what the gateway is told of them.

use serde_json::json;
use token_testkit::on_each_database;

use super::{allow, ask, gateway, problem, set_rules};

const RULES: &[&str] = &[
    "GET /assets/** assets:read",
    "* /assets/** assets:write",
    "GET /assets/secret/* secrets:read",
    "GET / home:read",
];

#[test]
fn a_call_passes_by_the_most_special_rule_with_its_permission() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, RULES);
        let reader = app.caller("reader", &["allow assets:read"]);
        for (method, target, status) in [
            ("GET", "/assets", 200),
            ("GET", "/assets/", 200),
            ("GET", "/assets/1?x=//../", 200),
            ("HEAD", "/assets/1", 200),
            ("GET", "/assets/secret", 200),
            ("GET", "/assets/secret/1", 403),
            ("GET", "/assets/%73ecret/1", 403),
            ("GET", "/Assets/1", 403),
            ("POST", "/assets/1", 403),
            ("PROPFIND", "/assets/1", 403),
            ("get", "/assets/1", 403),
            ("GET", "/", 403),
            ("GET", "/other", 403),
        ] {
            let answer = ask(&reader, method, target);
            assert_eq!(answer.status, status, "{method} {target}: {answer:?}");
            let by_no_rule = ["/other", "/Assets/1"].contains(&target);
            assert_eq!(ask(&app.admin, method, target).status, if by_no_rule { 403 } else { 200 }, "{method} {target}");
        }
        let missing = ask(&reader, "DELETE", "/assets/1").expect(403);
        assert_eq!(problem(&missing), "insufficient-scope");
        assert!(missing.header("www-authenticate").unwrap().ends_with("scope=\"assets:write\""), "{missing:?}");
        let nothing = ask(&reader, "GET", "/other").expect(403);
        assert_eq!((problem(&nothing).as_str(), nothing.header("cache-control")), ("no-route-rule", Some("no-store")));
        assert!(nothing.header("x-request-id").is_some() && nothing.header("x-token-id").is_none());
    });
}

#[test]
fn a_role_that_changes_and_rules_that_change_decide_with_the_next_call() {
    on_each_database(|database| {
        let app = gateway(database);
        let role = app.role("Reader", &["allow assets:read"]);
        let reader = app.as_token(&app.token("reader", &[&role]));
        assert_eq!(
            problem(&ask(&reader, "GET", "/assets").expect(403)),
            "no-route-rule",
            "without rules nothing passes"
        );
        let _ = set_rules(&app.admin, RULES);
        let _ = ask(&reader, "GET", "/assets").expect(200);
        let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 1, &json!({"rules": []})).expect(200);
        let _ = ask(&reader, "GET", "/assets").expect(403);
        let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 2, &allow("assets:read")).expect(200);
        let _ = ask(&reader, "GET", "/assets").expect(200);
        let _ = set_rules(&app.admin, &["GET /assets/** assets:list"]);
        let _ = ask(&reader, "GET", "/assets").expect(403);
        let _ = set_rules(&app.admin, &[]);
        assert_eq!(problem(&ask(&app.admin, "GET", "/assets").expect(403)), "no-route-rule");
    });
}

#[test]
fn atk_w12_the_gateway_is_told_who_calls_and_nothing_of_it_ends_a_field() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, RULES);
        let roles = [app.role("A, b", &["allow assets:read"]), app.role("é\"%;", &[])];
        let token = app.token_with(&json!({"name": "CI: \u{fc}, \"x\"", "roles": roles}));
        for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE"] {
            let client = app.as_token(&token).with("X-Original-Method", "GET").with("X-Original-URI", "/assets");
            let told = client.request(method, "/authz", None).expect(200);
            assert_eq!((told.text.as_str(), told.header("cache-control")), ("", Some("no-store")), "{method}");
            assert_eq!(told.header("x-token-id"), Some(token.id.as_str()));
            assert_eq!(told.header("x-token-name"), Some("CI%3A%20%C3%BC%2C%20%22x%22"));
            assert_eq!(told.header("x-token-roles"), Some("A%2C%20b,%C3%A9%22%25%3B"));
            assert_eq!(told.header("content-length").unwrap_or("0"), "0");
        }
        let bare = app.as_token(&app.token("bare", &[]));
        let told = bare.get("/authz?permission=assets:read").expect(403);
        assert!(told.header("www-authenticate").unwrap().ends_with("scope=\"assets:read\""), "{told:?}");
        let rich = app.as_token(&token).get("/authz?permission=assets:read").expect(200);
        assert_eq!(rich.header("x-token-id"), Some(token.id.as_str()));
    });
}

#[test]
fn envoy_asks_with_the_path_behind_ours() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, RULES);
        let reader = app.caller("reader", &["allow assets:read"]);
        for (method, path, status) in [
            ("GET", "/authz/assets/1?permission=home:read", 200),
            ("HEAD", "/authz/assets", 200),
            ("POST", "/authz/assets/1", 403),
            ("GET", "/authz/", 403),
            ("GET", "/authz/other", 403),
        ] {
            assert_eq!(reader.request(method, path, None).status, status, "{method} {path}");
        }
        let _ = app.admin.get("/authz/").expect(200);
        // What the client sent along is not the gateway's word.
        let forged = reader.with("X-Forwarded-Method", "GET").with("X-Forwarded-Uri", "/assets");
        let _ = forged.request("DELETE", "/authz/assets/1", None).expect(403);
        let _ = forged.get("/authz/assets").expect(200);
    });
}
