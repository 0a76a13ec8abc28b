//! What browsers are told, and what they may not do.

use serde_json::json;
use token_http::Verb;
use token_testkit::{Database, Kind, exchange};

use super::browser::{PASSWORD, SESSION, sign_in};
use crate::app::App;

#[test]
fn atk_o01_o02_no_origin_is_ever_let_in() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    app.accounts().make("Ada", &[]);
    let ada = app.signed_in("Ada");
    let own = app.server.address().to_owned();
    for origin in ["https://evil.example", "null", "http://127.0.0.1.evil.example", own.as_str()] {
        for (verb, path, _) in token_http::routes() {
            // Gateways ask by every method, with a token and never for a person.
            let refused: &[u16] = if verb == Verb::Any { &[401] } else { &[404, 405] };
            let asking =
                app.server.client().with("Origin", origin).with("Cookie", &format!("{SESSION}={}", ada.secret));
            let asking = asking
                .with("Access-Control-Request-Method", "POST")
                .with("Access-Control-Request-Headers", "authorization, x-csrf-token");
            for method in ["OPTIONS", "GET"] {
                let answer = asking.request(method, path, None);
                let told: Vec<_> =
                    answer.headers.iter().filter(|(name, _)| name.starts_with("access-control-")).collect();
                assert!(told.is_empty(), "{method} {path} from {origin}: {told:?}");
                assert!(method == "GET" || refused.contains(&answer.status), "{method} {path}: {}", answer.status);
            }
        }
    }
}

#[test]
fn atk_o05_every_answer_has_the_fields_that_browsers_heed() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    app.accounts().make("Ada", &[]);
    let bare = app.server.client();
    let answers = [
        bare.get("/api/v1/whoami").expect(401),
        bare.get("/nowhere").expect(404),
        bare.get("/healthz").expect(200),
        bare.delete("/healthz").expect(405),
        app.admin.get("/api/v1/roles").expect(200),
        sign_in(&bare, "Ada", PASSWORD).expect(200),
        app.signed_in("Ada").page().delete("/api/v1/session").expect(204),
    ];
    for answer in answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}: {answer:?}");
        }
        assert_eq!(answer.header("server"), None);
        assert_eq!(answer.header("x-powered-by"), None);
    }
}

#[test]
fn atk_k13_a_name_of_a_stranger_reaches_no_session_over_the_wire() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    app.accounts().make("Ada", &[]);
    let ada = app.signed_in("Ada");
    let own = app.server.address().trim_start_matches("http://").to_owned();
    let port = own.rsplit_once(':').unwrap().1.to_owned();
    let asked = |target: &str, host: &str, credential: &str| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{credential}\r\nConnection: close\r\n\r\n");
        exchange(app.server.address(), request.as_bytes())[0].status
    };
    let cookie = format!("Cookie: {SESSION}={}", ada.secret);
    let path = "/api/v1/whoami";
    assert_eq!(asked(path, &own, &cookie), 200);
    assert_eq!(asked(path, &format!("localhost:{port}"), &cookie), 200);
    for host in ["evil.example".to_owned(), format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}")] {
        assert_eq!(asked(path, &host, &cookie), 421, "{host}");
        let bearer = format!("Authorization: Bearer {}", app.admin_text);
        assert_eq!(asked(path, &host, &bearer), 200, "gateways name services as they like: {host}");
    }
}

#[test]
fn atk_l05_behind_a_proxy_the_address_it_tells_waits() {
    let database = Database::fresh(Kind::Sqlite);
    // A clock that stands still: on a slow machine the wait would be over before the next try.
    let clock = database.folder().join("clock");
    std::fs::write(&clock, "1900000000000000").unwrap();
    let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.1/32");
    let program = program.with("TOKENWARD_CLOCK_FILE", &clock.to_string_lossy());
    let app = App::with(database, program);
    app.accounts().make("Ada", &[]);
    let from = |addresses: &str| app.server.client().with("X-Forwarded-For", addresses);
    for number in 0..5 {
        // What stands left of the nearest address was said by a stranger.
        let client = from(&format!("198.51.100.{number}, 203.0.113.9"));
        let _ = client.post("/api/v1/session", &json!({"username": format!("n{number}"), "password": "x"})).expect(401);
    }
    let waits = sign_in(&from("198.51.100.77, 203.0.113.9"), "Ada", PASSWORD).expect(429);
    assert!(waits.header("retry-after").is_some());
    let _ = sign_in(&from("203.0.113.10"), "Ada", PASSWORD).expect(200);
}
