//! Who is believed what they say of a call.

use serde_json::json;
use token_testkit::{exchange, on_each_database};

use super::{ask, gateway, problem, set_rules};
use crate::app::App;

#[test]
fn atk_w07_a_peer_that_is_no_trusted_proxy_is_not_believed_what_it_says_of_a_call() {
    on_each_database(|database| {
        let app = App::start(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        for client in [
            app.admin.with("X-Forwarded-Method", "GET").with("X-Forwarded-Uri", "/assets"),
            app.admin.with("X-Original-Method", "GET").with("X-Original-URI", "/assets"),
            app.admin.with("X-Forwarded-For", "127.0.0.1").with("X-Forwarded-Uri", "/"),
            app.admin.with("Forwarded", "for=127.0.0.1;proto=https"),
            app.admin.clone(),
        ] {
            let refused = client.get("/authz").expect(403);
            assert_eq!(problem(&refused), "not-trusted");
            assert!(refused.json()["detail"].as_str().unwrap().contains("not a trusted proxy"), "{refused:?}");
        }
        let _ = app.admin.get("/authz/assets").expect(403);
        let told = app.server.log().lines().filter(|line| line.contains("none of `trusted_proxies`")).count();
        assert_eq!(told, 6, "{}", app.server.log());
        // One permission is asked for by anybody, of themselves.
        let _ = app.admin.get("/authz?permission=any:thing").expect(200);
        let _ = app.server.client().get("/authz?permission=any:thing").expect(401);
        let bad = app.server.client().bearer("a.b.c");
        assert_eq!(problem(&ask(&bad, "GET", "/").expect(401)), "invalid-token", "that comes first");
    });
}

#[test]
fn atk_w06_other_fields_say_nothing_of_a_call() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["GET /open open:thing"]);
        for name in
            ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path", "Forwarded", "Referer"]
        {
            let alone = app.admin.with("X-Forwarded-Method", "GET").with(name, "/open").get("/authz");
            assert_eq!((alone.status, problem(&alone).as_str()), (400, "invalid-forwarding"), "{name}");
            let beside = app.admin.with(name, "/open");
            assert_eq!(problem(&ask(&beside, "GET", "/closed").expect(403)), "no-route-rule", "{name}");
            let _ = ask(&app.admin.with(name, "/closed"), "GET", "/open").expect(200);
        }
        for name in ["X-HTTP-Method-Override", "X-Forwarded-Host", "X-Method-Override"] {
            assert_eq!(
                problem(&ask(&app.admin.with(name, "GET"), "POST", "/open").expect(403)),
                "no-route-rule",
                "{name}"
            );
        }
    });
}

#[test]
fn a_call_that_is_told_twice_or_by_halves_is_400() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        let (method, target) = ("X-Forwarded-Method: GET", "X-Forwarded-Uri: /a");
        for (fields, status) in [
            (vec![method, target], 200),
            (vec![method, target, "X-Original-Method: GET", "X-Original-URI: /a"], 200),
            (vec![], 400),
            (vec![method], 400),
            (vec![target], 400),
            (vec![method, method, target], 400),
            (vec![method, target, target], 400),
            (vec![method, target, "x-forwarded-uri: /b"], 400),
            (vec![method, target, "X-Original-URI: /b"], 400),
            (vec![method, target, "X-Original-Method: PUT"], 400),
            (vec![method, target, "X-Original-URI: /a", "X-Original-URI: /a"], 400),
            (vec!["X-Forwarded-Method: G\u{e9}T", target], 400),
        ] {
            let request = format!(
                "GET /authz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{}\r\n\r\n",
                app.admin_text,
                fields.join("\r\n")
            );
            let request = request.replace("\r\n\r\n\r\n", "\r\n\r\n");
            let answers = exchange(app.server.address(), request.as_bytes());
            assert_eq!(answers.first().map(|answer| answer.status), Some(status), "{fields:?}: {answers:?}");
        }
    });
}

#[test]
fn atk_w07_the_client_s_address_is_the_one_the_gateway_says() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        let role = app.role("any", &["allow any:thing"]);
        let bound = json!({"name": "bound", "roles": [role], "allowed_networks": ["203.0.113.0/24"]});
        let bound = app.as_token(&app.token_with(&bound));
        for (said, status) in
            [("203.0.113.9", 200), ("198.51.100.1, 203.0.113.9", 200), ("203.0.113.9, 198.51.100.1", 401), ("x", 401)]
        {
            assert_eq!(ask(&bound.with("X-Forwarded-For", said), "GET", "/").status, status, "{said}");
        }
        let _ = ask(&bound, "GET", "/").expect(401);
    });
}
