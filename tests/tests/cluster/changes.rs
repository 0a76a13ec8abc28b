//! Each kind of change, made through one node, is in force on the others when the call has returned; the text stays the
//! same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use token_testkit::{Answer, Database, Kind};

use crate::nodes::{Made, NODES, Nodes, made, of_all, rules_json};

/// When the clock of these tests stands still.
const NOON: i64 = 1_900_000_000;

const PASSWORD: &str = "a long way to Tipperary";
const SESSION: &str = "__Host-tokenward-session";

/// Three nodes under one clock.
fn with_nodes(test: impl FnOnce(&Nodes, &dyn Fn(i64))) {
    let database = Database::fresh(Kind::Postgres);
    let file = database.folder().join("clock");
    let set = |seconds: i64| {
        let next = database.folder().join("clock.next");
        std::fs::write(&next, format!("{}", seconds * 1_000_000)).unwrap();
        std::fs::rename(next, &file).unwrap();
    };
    set(NOON);
    let program = database.program().with("TOKENWARD_CLOCK_FILE", &file.to_string_lossy());
    let program = program.with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.0/8");
    // Nobody is silent here, so nobody waits that long.
    let program = program.with("TOKENWARD_LEASE", "20s");
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    nodes.until_all_serve();
    test(&nodes, &set);
}

fn warm_token(nodes: &Nodes, body: &Value) -> Made {
    let token = nodes.token(0, body);
    // A new token is one of the changes: it works at once, wherever it is called.
    assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
    token
}

/// What a call that needs `roles:read` is answered by each node.
fn reads_roles(nodes: &Nodes, token: &Made) -> Vec<u16> {
    (0..NODES).map(|node| nodes.anybody(node).bearer(&token.text).get("/api/v1/roles").status).collect()
}

#[track_caller]
fn post(nodes: &Nodes, path: &str, body: &Value, status: u16) -> Answer {
    of_all(nodes.admin(0).post(path, body).expect(status))
}

#[track_caller]
fn patch(nodes: &Nodes, path: &str, version: u64, body: &Value) {
    let _ = of_all(nodes.admin(0).patch(path, version, body).expect(200));
}

fn path(token: &Made) -> String {
    format!("/api/v1/tokens/{}", token.id)
}

#[test]
fn x01_a_revoked_token() {
    with_nodes(|nodes, _| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        let _ = post(nodes, &format!("{}/revoke", path(&token)), &json!({}), 200);
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
        // A second time, through another node, it waits as the first did.
        let _ = of_all(nodes.admin(1).post(&format!("{}/revoke", path(&token)), &json!({})).expect(200));
        let others = [1, 2].map(|n| warm_token(nodes, &json!({"name": format!("t{n}"), "roles": []})));
        let ids: Vec<&str> = others.iter().map(|token| token.id.as_str()).collect();
        let _ = post(nodes, "/api/v1/tokens/bulk", &json!({"ids": ids, "action": "revoke"}), 200);
        for token in &others {
            assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
        }
    });
}

#[test]
fn x01_a_token_revoked_by_a_command_beside_the_nodes() {
    with_nodes(|nodes, _| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        let _ = nodes.beside.run(&["token", "revoke", &token.id]).ok();
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    });
}

#[test]
fn x01_a_deleted_token() {
    with_nodes(|nodes, _| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        let _ = of_all(nodes.admin(0).delete(&path(&token)).expect(204));
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
        let _ = of_all(nodes.admin(1).delete(&path(&token)).expect(404));
    });
}

#[test]
fn x01_many_tokens_deleted_in_one_call() {
    with_nodes(|nodes, _| {
        let tokens = [0, 1, 2].map(|n| warm_token(nodes, &json!({"name": format!("t{n}"), "roles": []})));
        let ids: Vec<&str> = tokens.iter().map(|token| token.id.as_str()).collect();
        let _ = post(nodes, "/api/v1/tokens/bulk", &json!({"ids": ids, "action": "delete"}), 200);
        for token in &tokens {
            assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
            for node in 0..NODES {
                let _ = nodes.admin(node).get(&path(token)).expect(404);
            }
        }
    });
}

#[test]
fn p42_x01_roles_of_a_token_given_and_taken() {
    with_nodes(|nodes, _| {
        let reader = nodes.role(0, "Reader", &["allow roles:read"]);
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
        patch(nodes, &path(&token), 1, &json!({"roles": [reader]}));
        assert_eq!(reads_roles(nodes, &token), [200; NODES]);
        patch(nodes, &path(&token), 2, &json!({"roles": []}));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
    });
}

#[test]
fn p42_x01_rules_of_a_role_and_its_end() {
    with_nodes(|nodes, _| {
        let role = nodes.role(0, "Reader", &[]);
        let token = warm_token(nodes, &json!({"name": "t", "roles": [role]}));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
        let role = format!("/api/v1/roles/{role}");
        patch(nodes, &role, 1, &json!({"rules": rules_json(&["allow roles:read"])}));
        assert_eq!(reads_roles(nodes, &token), [200; NODES]);
        patch(nodes, &role, 2, &json!({"rules": rules_json(&["allow roles:read", "deny roles:read"])}));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
        patch(nodes, &role, 3, &json!({"rules": rules_json(&["allow roles:read"])}));
        assert_eq!(reads_roles(nodes, &token), [200; NODES]);
        let _ = of_all(nodes.admin(0).delete(&format!("{role}?force")).expect(204));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
    });
}

#[test]
fn p42_x01_a_deny_in_another_role() {
    with_nodes(|nodes, _| {
        let roles = [nodes.role(0, "Reader", &["allow roles:read"]), nodes.role(0, "Narrow", &[])];
        let token = warm_token(nodes, &json!({"name": "t", "roles": roles}));
        assert_eq!(reads_roles(nodes, &token), [200; NODES]);
        let narrow = format!("/api/v1/roles/{}", roles[1]);
        patch(nodes, &narrow, 1, &json!({"rules": rules_json(&["deny roles:*"])}));
        assert_eq!(reads_roles(nodes, &token), [403; NODES]);
        assert_eq!(nodes.everywhere(&token.text), [200; NODES], "the token itself is good");
    });
}

/// What a page that needs `roles:read` gets from each node, in a session that one of them began.
fn reads_roles_in(nodes: &Nodes, session: &str) -> Vec<u16> {
    let ask = |node: usize| nodes.anybody(node).with("Cookie", session).get("/api/v1/roles").status;
    (0..NODES).map(ask).collect()
}

#[test]
fn p42_x01_roles_of_a_person_and_the_person_in_a_session_of_another_node() {
    with_nodes(|nodes, _| {
        let reader = nodes.role(0, "Reader", &["allow roles:read"]);
        let body = json!({"username": "eve", "roles": [reader], "password": PASSWORD});
        let id = post(nodes, "/api/v1/users", &body, 201).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/users/{id}");
        let change = |body: &Value| {
            let version = nodes.admin(0).get(&path).expect(200).json()["version"].as_u64().unwrap();
            patch(nodes, &path, version, body);
        };
        let sign_in = || {
            let signing_in = json!({"username": "eve", "password": PASSWORD});
            let answer = nodes.anybody(1).post("/api/v1/session", &signing_in).expect(200);
            format!("{SESSION}={}", answer.cookie(SESSION).unwrap())
        };
        let session = sign_in();
        assert_eq!(reads_roles_in(nodes, &session), [200; NODES]);
        change(&json!({"roles": []}));
        assert_eq!(reads_roles_in(nodes, &session), [403; NODES]);
        change(&json!({"roles": [reader]}));
        assert_eq!(reads_roles_in(nodes, &session), [200; NODES]);
        change(&json!({"enabled": false}));
        assert_eq!(reads_roles_in(nodes, &session), [401; NODES]);
        change(&json!({"enabled": true}));
        assert_eq!(reads_roles_in(nodes, &session), [401; NODES], "the session has ended for good");
        let session = sign_in();
        assert_eq!(reads_roles_in(nodes, &session), [200; NODES]);
        let _ = of_all(nodes.admin(0).delete(&path).expect(204));
        assert_eq!(reads_roles_in(nodes, &session), [401; NODES]);
    });
}

/// What a gateway is answered by each node that asks for `GET /assets`.
fn passes(nodes: &Nodes, token: &Made) -> Vec<u16> {
    let ask = |node| {
        let client = nodes.anybody(node).bearer(&token.text);
        client.with("X-Forwarded-Method", "GET").with("X-Forwarded-Uri", "/assets").get("/authz").status
    };
    (0..NODES).map(ask).collect()
}

#[test]
fn x01_route_rules() {
    with_nodes(|nodes, _| {
        let role = nodes.role(0, "Reader", &["allow assets:read"]);
        let token = warm_token(nodes, &json!({"name": "t", "roles": [role]}));
        assert_eq!(passes(nodes, &token), [403; NODES]);
        for (version, permission, status) in
            [(0, "assets:read", 200), (1, "assets:write", 403), (2, "assets:read", 200)]
        {
            let rules = json!({"rules": [{"method": "GET", "path": "/assets/**", "permission": permission}]});
            let admin = nodes.admin(0).with("If-Match", &format!("\"{version}\""));
            let _ = of_all(admin.request("PUT", "/api/v1/routes", Some(&rules.to_string())).expect(200));
            assert_eq!(passes(nodes, &token), [status; NODES], "{permission}");
        }
    });
}

#[test]
fn x01_networks_a_token_may_be_used_from() {
    with_nodes(|nodes, _| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        patch(nodes, &path(&token), 1, &json!({"allowed_networks": ["203.0.113.0/24"]}));
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
        patch(nodes, &path(&token), 2, &json!({"allowed_networks": ["203.0.113.0/24", "127.0.0.1"]}));
        assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
    });
}

#[test]
fn x01_the_time_a_token_expires() {
    with_nodes(|nodes, set_clock| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": [], "expires_at": "2030-03-17T17:47:50Z"}));
        patch(nodes, &path(&token), 1, &json!({"expires_at": "2030-03-17T17:46:50Z"}));
        assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
        set_clock(NOON + 10);
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    });
}

#[test]
fn x01_a_later_end_of_a_token() {
    with_nodes(|nodes, set_clock| {
        let token = warm_token(nodes, &json!({"name": "t", "roles": [], "expires_at": "2030-03-17T17:47:50Z"}));
        // What its text says is the latest end there can be.
        patch(nodes, &path(&token), 1, &json!({"expires_at": "2030-03-17T17:46:50Z"}));
        patch(nodes, &path(&token), 2, &json!({"expires_at": "2030-03-17T17:47:40Z"}));
        set_clock(NOON + 10);
        assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
        set_clock(NOON + 60);
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    });
}

/// A private key from elsewhere.
const PEM: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-p256.pem"));

/// The key a text says it was signed by.
fn kid_of(text: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[test]
fn x01_an_imported_key() {
    with_nodes(|nodes, _| {
        let before = warm_token(nodes, &json!({"name": "before", "roles": []}));
        let imported = post(nodes, "/api/v1/keys/import", &json!({"pem": PEM, "now": true}), 200).json();
        let kid = imported["kid"].as_str().unwrap();
        for node in 0..NODES {
            let keys = nodes.anybody(node).get("/.well-known/jwks.json").expect(200);
            assert!(keys.text.contains(kid), "node {node} publishes it");
            let token = nodes.token(node, &json!({"name": format!("t{node}"), "roles": []}));
            assert_eq!(kid_of(&token.text), kid, "node {node} signs with it");
            assert_eq!(nodes.everywhere(&token.text), [200; NODES]);
        }
        assert_eq!(nodes.everywhere(&before.text), [200; NODES]);
    });
}

#[test]
fn p51_x01_a_withdrawn_key_and_a_new_one() {
    with_nodes(|nodes, _| {
        let rotate = || post(nodes, "/api/v1/keys/rotate", &json!({"now": true}), 200).json();
        let kid = rotate()["kid"].as_str().unwrap().to_owned();
        let token = warm_token(nodes, &json!({"name": "t", "roles": []}));
        let _ = rotate();
        let other = warm_token(nodes, &json!({"name": "other", "roles": []}));
        let _ = post(nodes, &format!("/api/v1/keys/{kid}/withdraw"), &json!({}), 200);
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
        assert_eq!(nodes.everywhere(&other.text), [200; NODES]);
        for node in 0..NODES {
            let keys = nodes.anybody(node).get("/.well-known/jwks.json").expect(200);
            assert!(!keys.text.contains(&kid), "node {node} still publishes it");
        }
    });
}

#[test]
fn x04_an_older_text_that_ends_now() {
    with_nodes(|nodes, _| {
        let first = warm_token(nodes, &json!({"name": "t", "roles": []}));
        let second = made(&post(nodes, &format!("{}/rotate", path(&first)), &json!({"old_ends": "now"}), 201));
        assert_eq!(nodes.everywhere(&first.text), [401; NODES]);
        assert_eq!(nodes.everywhere(&second.text), [200; NODES]);
    });
}
