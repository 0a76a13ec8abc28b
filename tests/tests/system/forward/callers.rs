//! Credentials, as everywhere; never a session.

use serde_json::json;
use token_testkit::{exchange, on_each_database};

use super::{NOON, ask, gateway, problem, set_rules};

#[test]
fn p03_each_refused_credential_is_401_with_a_challenge_before_anything_else() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        let role = app.role("any", &["allow any:thing"]);
        let [revoked, deleted] = ["revoked", "deleted"].map(|name| app.token(name, &[&role]));
        let expired = json!({"name": "expired", "roles": [role], "expires_at": "2030-03-17T17:46:45Z"});
        let expired = app.token_with(&expired);
        for token in [&revoked, &deleted, &expired] {
            let _ = ask(&app.as_token(token), "GET", "/").expect(200);
        }
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        app.set_clock(NOON + 5);
        let anybody = app.server.client();
        for (who, client, challenge) in [
            ("nobody", anybody.clone(), "Bearer realm=\"tokenward\""),
            ("another scheme", anybody.with("Authorization", "Basic YTpi"), "Bearer realm=\"tokenward\""),
            ("no token", anybody.bearer("a.b.c"), "is not accepted"),
            ("nothing behind it", anybody.with("Authorization", "Bearer"), "is not accepted"),
            ("revoked", app.as_token(&revoked), "is revoked"),
            ("deleted", app.as_token(&deleted), "is not accepted"),
            ("expired", app.as_token(&expired), "is expired"),
        ] {
            for answer in [
                ask(&client, "GET", "/"),
                ask(&client, "GET", "//"),
                client.get("/authz"),
                client.get("/authz/any"),
                client.get("/authz?permission=any:thing"),
                client.get("/authz?x=1"),
            ] {
                assert_eq!(answer.status, 401, "{who}: {answer:?}");
                assert!(answer.header("www-authenticate").unwrap().contains(challenge), "{who}: {answer:?}");
                assert_eq!(answer.header("content-type"), Some("application/problem+json"));
                assert_eq!(answer.json()["request_id"].as_str(), answer.header("x-request-id"));
            }
        }
        let twice = format!(
            "GET /authz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: /\r\n{0}{0}\r\n",
            format_args!("Authorization: Bearer {}\r\n", app.admin_text)
        );
        let answers = exchange(app.server.address(), twice.as_bytes());
        assert_eq!(answers.first().map(|answer| answer.status), Some(400));
        assert_eq!(problem(&answers[0]), "invalid-request");
    });
}

#[test]
fn a_session_is_no_credential_at_a_gateway() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        app.accounts().make("ada", &["00000000-0000-7000-8000-000000000001"]);
        let page = app.signed_in("ada").page();
        let _ = page.get("/api/v1/routes").expect(200);
        for answer in [ask(&page, "GET", "/"), page.get("/authz?permission=any:thing"), page.get("/authz/x")] {
            assert_eq!((answer.status, problem(&answer).as_str()), (401, "credentials-required"));
        }
        // Beside a token it neither helps nor harms.
        let both = page.bearer(&app.admin_text);
        let _ = ask(&both, "GET", "/").expect(200);
    });
}

#[test]
fn x09_calls_at_a_gateway_count_as_use() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["GET /a a:read"]);
        let token = app.token("t", &[&app.role("r", &["allow a:read"])]);
        let client = app.as_token(&token);
        for (target, status) in [("/a", 200), ("/a", 200), ("/b", 403), ("//", 403)] {
            let _ = ask(&client, "GET", target).expect(status);
        }
        let _ = ask(&client, "PUT", "/a").expect(403);
        // An interval in which calls are counted has ended.
        app.set_clock(NOON + 10);
        let usage = || app.admin.get(&format!("/api/v1/tokens/{}/usage", token.id)).expect(200).json();
        let told = (0..1_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            let usage = usage();
            let today = usage["days"].as_array().and_then(|days| days.last()).cloned().unwrap_or_default();
            today["admitted"] == 5 && today["forbidden"] == 3
        });
        assert!(told, "{}", usage());
    });
}

#[test]
fn a_body_that_a_gateway_hands_on_is_not_read() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["POST /a a:write"]);
        let client = app.admin.with("X-Forwarded-Method", "POST").with("X-Forwarded-Uri", "/a");
        let _ = client.request("POST", "/authz", Some("{")).expect(200);
        let _ = client.request("POST", "/authz", Some(&"x".repeat(60_000))).expect(200);
        let _ = client.request("PUT", "/authz", None).expect(200);
    });
}
