//! A good text anywhere but in the `Authorization` field.

use serde_json::json;
use token_testkit::{Client, Server, on_each_database};

use super::outcome::Outcome::{Accepted, NotAccepted, Nothing};
use super::outcome::{authorization, field, outcome, read};
use crate::app::App;

fn read_answer(client: &Client, path: &str) -> super::outcome::Outcome {
    read(&client.get(path), path)
}

#[test]
fn atk_b12_p04_a_text_in_the_query_never_authenticates() {
    on_each_database(|database| {
        let app = App::start(database);
        for name in ["access_token", "token", "jwt", "api_key", "Authorization", "bearer", "id_token", "key"] {
            for value in [app.admin_text.clone(), format!("Bearer%20{}", app.admin_text)] {
                for path in ["/api/v1/whoami", "/api/v1/tokens", "/api/v1/events/verify"] {
                    let path = format!("{path}?{name}={value}");
                    assert_eq!(read_answer(&app.server.client(), &path), Nothing, "{path}");
                }
            }
        }
    });
}

#[test]
fn atk_b13_p04_a_text_in_a_cookie_never_authenticates() {
    on_each_database(|database| {
        let app = App::start(database);
        for name in ["token", "jwt", "Authorization", "access_token", "session", "__Host-session"] {
            for value in [app.admin_text.clone(), format!("\"Bearer {}\"", app.admin_text)] {
                assert_eq!(outcome(&app, &field("Cookie", format!("{name}={value}"))), Nothing, "{name}");
            }
        }
    });
}

#[test]
fn atk_b14_p04_a_text_in_the_body_never_authenticates() {
    on_each_database(|database| {
        let app = App::start(database);
        let anonymous = app.server.client();
        let form = anonymous.with("Content-Type", "application/x-www-form-urlencoded");
        for body in [format!("access_token={}", app.admin_text), format!("token={}&name=x", app.admin_text)] {
            let _ = form.request("POST", "/api/v1/tokens", Some(&body)).expect(401);
            let _ = form.request("POST", "/api/v1/whoami", Some(&body)).expect(405);
        }
        for member in ["access_token", "token", "Authorization"] {
            let body = json!({"name": "x", member: app.admin_text});
            let answer = anonymous.post("/api/v1/tokens", &body);
            assert_eq!(read(&answer, member), Nothing);
        }
    });
}

#[test]
fn atk_b15_a_text_in_another_field_never_authenticates() {
    on_each_database(|database| {
        let app = App::start(database);
        for name in [
            "X-Api-Key",
            "X-Authorization",
            "X-Auth-Token",
            "X-Access-Token",
            "Proxy-Authorization",
            "X-Forwarded-Authorization",
            "X-Original-Authorization",
            "Sec-WebSocket-Protocol",
            "WWW-Authenticate",
            "Authentication",
        ] {
            for value in [app.admin_text.clone(), format!("Bearer {}", app.admin_text)] {
                assert_eq!(outcome(&app, &field(name, value)), Nothing, "{name}");
            }
        }
    });
}

#[test]
fn atk_b16_the_field_decides_and_no_query_is_logged() {
    on_each_database(|database| {
        let app = App::start(database);
        let program = app.program.clone().with("TOKENWARD_LOG_LEVEL", "trace");
        let (log, other) = (app.database.folder().join("second.log"), app.token("other", &[]));
        let App { mut server, database, admin_text, .. } = app;
        server.kill();
        let server = Server::start(&program, log);
        let admin = server.client().bearer(&admin_text);
        let with = |path: &str| format!("{path}?access_token={}&x=Sesame-4711", other.text);
        // The administrator's field decides: not a 403, which the other token would get.
        let _ = admin.get(&with("/api/v1/tokens")).expect(400);
        let _ = admin.get(&with("/healthz")).expect(200);
        let powerless = server.client().bearer(&other.text);
        let query = format!("/api/v1/tokens?access_token={admin_text}");
        let _ = powerless.get(&query).expect(403);
        let bad = server.client().bearer("a.b.c");
        assert_eq!(read_answer(&bad, &query), NotAccepted);
        assert_eq!(read_answer(&server.client(), &query), Nothing);
        let _ = server.client().get(&format!("/nowhere?token={admin_text}")).expect(404);
        let _ = admin.get("/api/v1/whoami").expect(200);
        let log = server.log();
        assert!(log.contains("/api/v1/tokens"), "the log is a log: {log}");
        for secret in [admin_text.as_str(), &other.text, "Sesame-4711", "access_token"] {
            assert!(!log.contains(secret), "{secret} in the log");
        }
        drop(database);
    });
}

#[test]
fn atk_b19_b20_a_cookie_beside_the_field_changes_nothing() {
    on_each_database(|database| {
        let app = App::start(database);
        let cookie = field("Cookie", format!("session={}; __Host-session={0}; token={0}", app.admin_text));
        let with = |value: String| outcome(&app, &[authorization(value), cookie.clone()].concat());
        assert_eq!(with("Bearer a.b.c".to_owned()), NotAccepted);
        assert_eq!(with(format!("Bearer {}", app.admin_text)), Accepted);
        // Never the stronger of both.
        let weak = app.as_token(&app.token("weak", &[]));
        let _ = weak.with("Cookie", &format!("token={}", app.admin_text)).get("/api/v1/tokens").expect(403);
    });
}
