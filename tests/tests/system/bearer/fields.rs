//! Several `Authorization` fields, and fields that are none.

use token_testkit::on_each_database;

use super::outcome::Outcome::{Accepted, Malformed, NotAccepted, Nothing};
use super::outcome::{authorization, field, of_request, outcome, read};
use crate::app::App;

#[test]
fn atk_b09_p04_two_fields_never_authenticate() {
    on_each_database(|database| {
        let app = App::start(database);
        let good = format!("Bearer {}", app.admin_text);
        let other = format!("Bearer {}", app.token("other", &[]).text);
        let values = [good.as_str(), other.as_str(), "Bearer a.b.c", "Bearer", "", "Basic YTpi"];
        for first in values {
            for second in values {
                let fields = [authorization(first), authorization(second)].concat();
                assert_eq!(outcome(&app, &fields), Malformed, "{first:?}, then {second:?}");
            }
        }
        let apart = [authorization(&good), field("Accept", "*/*"), field("authorization", &good)].concat();
        assert_eq!(outcome(&app, &apart), Malformed);
        let answer = app.admin.with("Authorization", &good).get("/api/v1/whoami").expect(400);
        assert!(answer.header("www-authenticate").unwrap().contains("error=\"invalid_request\""));
        assert_eq!(answer.json()["type"], "/problems/invalid-request");
    });
}

#[test]
fn atk_b10_a_field_with_a_broken_name_or_line_never_authenticates() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for line in [
            format!("Authorization : Bearer {text}\r\n"),
            format!("Authorization\t: Bearer {text}\r\n"),
            format!("Authorization\0: Bearer {text}\r\n"),
            format!("Authorization: Bearer\0{text}\r\n"),
            format!("Authorization: Bearer {text}\0\r\n"),
            format!("Authorization:\r\n Bearer {text}\r\n"),
            format!("Authorization: Bearer\r\n {text}\r\n"),
            format!("Authorization: Bearer\r\n\t{text}\r\n"),
            format!("Authorization: Bearer {text}\rX: y\r\n"),
            format!("X: y\rAuthorization: Bearer {text}\r\n"),
            format!("\"Authorization\": Bearer {text}\r\n"),
            format!("Authorization Bearer {text}\r\n"),
            format!("Аuthorization: Bearer {text}\r\n"),
        ] {
            assert_eq!(outcome(&app, line.as_bytes()), Malformed, "{line:?}");
        }
        for name in [
            "Authorization_",
            "_Authorization",
            "HTTP_AUTHORIZATION",
            "Author_ization",
            "Authorization.",
            "Authorization-",
        ] {
            let found = outcome(&app, &field(name, format!("Bearer {text}")));
            assert!(matches!(found, Malformed | Nothing), "{name}: {found:?}");
        }
        let leading = format!(
            "GET /api/v1/whoami HTTP/1.1\r\n Authorization: Bearer {text}\r\nHost: x\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(of_request(&app, leading.as_bytes()), Malformed);
    });
}

/// A bare line feed ends a line, as RFC 9112 §2.2 lets a server read it; what matters is that it hides no second field.
#[test]
fn atk_b10_a_bare_line_feed_hides_no_second_field() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        let alone = format!("X: y\nAuthorization: Bearer {text}\r\n");
        assert_eq!(outcome(&app, alone.as_bytes()), Accepted);
        for both in [
            format!("Authorization: Bearer {text}\nAuthorization: Bearer a.b.c\r\n"),
            format!("Authorization: Basic YTpi\nAuthorization: Bearer {text}\r\n"),
            format!("Authorization:\n Bearer {text}\r\n"),
            format!("Authorization: Bearer\n {text}\r\n"),
        ] {
            assert_eq!(outcome(&app, both.as_bytes()), Malformed, "{both:?}");
        }
    });
}

#[test]
fn atk_b17_a_credential_named_hop_by_hop_is_not_for_us() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for connection in [
            "close, Authorization",
            "Authorization, close",
            "close,authorization",
            "close\r\nConnection: AUTHORIZATION",
        ] {
            let request = format!(
                "GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\nAuthorization: Bearer {text}\r\n\r\n"
            );
            let found = of_request(&app, request.as_bytes());
            assert!(matches!(found, Malformed | Nothing), "{connection:?}: {found:?}");
        }
    });
}

#[test]
fn atk_b18_a_credential_in_a_trailer_does_not_count() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for method in ["GET", "POST"] {
            let path = if method == "GET" { "/api/v1/whoami" } else { "/api/v1/tokens" };
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 Trailer: Authorization\r\nTransfer-Encoding: chunked\r\n\r\n\
                 c\r\n{{\"name\":\"x\"}}\r\n0\r\nAuthorization: Bearer {text}\r\n\r\n"
            );
            let answers = token_testkit::exchange(app.server.address(), request.as_bytes());
            assert!(!answers.is_empty(), "{method}");
            for answer in &answers {
                let found = read(answer, &request);
                assert!(matches!(found, Malformed | Nothing), "{method}: {found:?}");
            }
        }
    });
}

#[test]
fn p04_a_presented_bad_credential_is_never_treated_as_none() {
    on_each_database(|database| {
        let app = App::start(database);
        for (verb, path, need) in token_http::routes() {
            if *need == token_http::Need::Public {
                continue;
            }
            let path = path.replace("{id}", "0192f3c1-7a52-7c11-8d4e-0242ac120002").replace("{kid}", "k");
            // The scheme of OAuth clients is one like `Bearer` at their endpoints.
            let basic = if path.starts_with("/oauth2/") { NotAccepted } else { Nothing };
            for (value, expected) in [("Bearer a.b.c", NotAccepted), ("Bearer", NotAccepted), ("Basic YTpi", basic)] {
                let client = app.server.client().with("Authorization", value);
                let body = matches!(verb.as_str(), "POST" | "PATCH").then_some("{}");
                let answer = client.request(verb.as_str(), &path, body);
                assert_eq!(read(&answer, &path), expected, "{verb} {path} with {value}");
            }
        }
    });
}
