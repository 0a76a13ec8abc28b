//! Whether a text is good (RFC 7662), asked in every way and about every text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use token_testkit::on_each_database;

use super::{INTROSPECT, NOON, ask, asker, head, is_active, send, steady_fields};
use crate::app::{App, Made, made};

const INACTIVE: &str = r#"{"active":false}"#;

fn claims(text: &str) -> Value {
    let payload = text.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn introspection_tells_of_a_good_text_what_a_service_needs() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let reader = app.role("Reader", &["allow assets.*:read", "allow reports:*"]);
        let writer = app.role("Writer", &["allow assets:write", "deny reports:delete"]);
        let body = json!({"name": "CI", "roles": [reader, writer], "expires_at": "2030-03-17T18:46:40Z"});
        let token = app.token_with(&body);
        let (told, claims) = (ask(&asker, &token.text).expect(200), claims(&token.text));
        let expected = json!({
            "active": true,
            "iss": claims["iss"],
            "sub": token.id,
            "aud": claims["aud"],
            "jti": claims["jti"],
            "iat": NOON,
            "exp": NOON + 3_600,
            "token_type": "Bearer",
            // Not `reports:*`, of which something is denied.
            "scope": "assets.*:read assets:write",
            "name": "CI",
            "roles": ["Reader", "Writer"],
        });
        assert_eq!(told.json(), expected);
        assert_eq!(told.header("content-type"), Some("application/json"));
        let plain = ask(&asker, &app.token("plain", &[]).text).expect(200).json();
        let members: Vec<&str> = plain.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["active", "aud", "iat", "iss", "jti", "name", "roles", "scope", "sub", "token_type"]);
        assert_eq!((plain["scope"].as_str(), plain["roles"].as_array().unwrap().len()), (Some(""), 0));
        let admin = ask(&asker, &app.admin_text).expect(200).json();
        assert_eq!((admin["scope"].as_str(), &admin["roles"]), (Some("*:*"), &json!(["admin"])));
        // What a role allows from now on is told from now on.
        let path = format!("/api/v1/roles/{writer}");
        let rules = json!({"rules": [{"effect": "deny", "permission": "*:read"}]});
        let _ = app.admin.patch(&path, 1, &rules).expect(200);
        assert_eq!(ask(&asker, &token.text).expect(200).json()["scope"], "");
    });
}

#[test]
fn atk_i02_i05_of_every_other_text_nothing_is_told_but_that_it_is_not_active() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let expired = app.token_with(&json!({"name": "ends", "expires_at": "2030-03-17T17:46:50Z"}));
        let bound = app.token_with(&json!({"name": "bound", "allowed_networks": ["10.0.0.0/8"]}));
        let revoked = app.token("revoked", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let deleted = app.token("deleted", &[]);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        let replaced = app.token("replaced", &[]);
        let rotate = format!("/api/v1/tokens/{}/rotate", replaced.id);
        let newer = made(&app.admin.post(&rotate, &json!({"old_ends": "now"})).expect(201));
        let kid = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json()["kid"].clone();
        let withdrawn = app.token("withdrawn", &[]);
        let path = format!("/api/v1/keys/{}/withdraw", kid.as_str().unwrap());
        let _ = app.admin.post(&path, &json!({})).expect(200);
        app.set_clock(NOON + 10);

        assert!(is_active(&asker, &newer.text) && is_active(&asker, &app.admin_text));
        let (signed, signature) = newer.text.rsplit_once('.').unwrap();
        let (head_of_text, _) = signed.split_once('.').unwrap();
        let elsewhere = URL_SAFE_NO_PAD.encode(
            json!({"iss": "https://elsewhere.example", "aud": "others", "sub": newer.id, "iat": NOON}).to_string(),
        );
        let texts = [
            ("expired", expired.text),
            ("bound to networks", bound.text),
            ("revoked", revoked.text),
            ("deleted", deleted.text),
            ("replaced", replaced.text),
            ("of a withdrawn key", withdrawn.text),
            ("empty", String::new()),
            ("garbage", "garbage".to_owned()),
            ("three parts", "a.b.c".to_owned()),
            ("without signature", format!("{signed}.")),
            ("with a blank", format!("{}+", newer.text)),
            ("of another signature", format!("{signed}.{}", signature.chars().rev().collect::<String>())),
            ("of another audience", format!("{head_of_text}.{elsewhere}.{signature}")),
            ("of a session", "A".repeat(43)),
            ("far too long", "x".repeat(60_000)),
            ("dots", ".".repeat(4_000)),
        ];
        let fields = steady_fields(&ask(&asker, "garbage").expect(200));
        for (which, text) in texts {
            let answer = ask(&asker, &text).expect(200);
            assert_eq!(answer.text, INACTIVE, "{which}");
            assert_eq!(steady_fields(&answer), fields, "{which}");
        }
        let _ = ask(&asker, &"x".repeat(1_000_000)).expect(413);
    });
}

#[test]
fn s35_a_token_bound_to_networks_is_active_for_calls_from_there() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let bound = app.token_with(&json!({"name": "bound", "allowed_networks": ["10.0.0.0/8", "2001:db8::/32"]}));
        let from = |address: &str| {
            let form = format!("token={}&address={address}", bound.text);
            send(&asker, INTROSPECT, &form).expect(200).json()["active"].as_bool().unwrap()
        };
        for inside in ["10.1.2.3", "2001:db8::7", "%3A%3Affff%3A10.1.2.3"] {
            assert!(from(inside), "{inside}");
        }
        for outside in ["", "11.1.2.3", "127.0.0.1", "2001:db9::7"] {
            assert!(!from(outside), "{outside}");
        }
        for bad in ["10.0.0.0/8", "localhost", "10.1.2.3:80", "10.1.2.3,10.1.2.4"] {
            let answer = send(&asker, INTROSPECT, &format!("token={}&address={bad}", bound.text)).expect(400);
            assert_eq!(answer.json()["errors"][0]["pointer"], "/address", "{bad}");
        }
        // What others say of where they are counts for nothing here.
        let forwarded = asker.with("X-Forwarded-For", "10.1.2.3");
        assert_eq!(ask(&forwarded, &bound.text).expect(200).text, INACTIVE);
    });
}

#[test]
fn atk_i03_a_text_in_the_address_or_by_get_is_not_looked_at() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let text = app.token("t", &[]).text;
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
            for path in ["/oauth2/introspect", "/oauth2/revoke"] {
                let answer = asker.request(method, &format!("{path}?token={text}"), None).expect(405);
                assert_eq!(answer.header("allow"), Some("POST"), "{method} {path}");
            }
        }
        let answer = send(&asker, &format!("{INTROSPECT}?token={text}"), "").expect(400);
        assert_eq!(answer.json()["error"], "invalid_request");
        let _ = send(&asker, &format!("{INTROSPECT}?token={text}"), &format!("token={text}")).expect(400);
    });
}

#[test]
fn atk_i04_one_text_in_a_form_whatever_the_hint() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let (text, other) = (app.token("t", &[]).text, app.token("other", &[]).text);
        for hint in ["access_token", "refresh_token", "nonsense", "", "%F0%9F%98%80"] {
            let form = format!("token={text}&token_type_hint={hint}&client_id=x&resource=y");
            assert_eq!(send(&asker, INTROSPECT, &form).expect(200).json()["active"], true, "{hint}");
        }
        for form in [
            format!("token={text}&token={text}"),
            format!("token={text}&token={other}"),
            format!("token=&token={text}"),
            format!("token={text}&token_type_hint=a&token_type_hint=b"),
            format!("token={text}&address=10.0.0.1&address=10.0.0.2"),
            format!("token={text}&x=1&x=2"),
            String::new(),
            "token_type_hint=access_token".to_owned(),
            format!("Token={text}"),
            format!("token%5B%5D={text}"),
            text.clone(),
            format!("token={text}&%zz=1"),
            format!("token={text}%00"),
            format!("token={text}&x=%FF"),
        ] {
            let answer = send(&asker, INTROSPECT, &form).expect(400);
            let problem = answer.json();
            assert_eq!(problem["error"], "invalid_request", "{form}");
            assert!(problem["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{form}");
            assert!(!answer.text.contains(&text), "{form}");
        }
        let json = json!({"token": text}).to_string();
        for media in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            let answer = asker.with("Content-Type", media).request("POST", INTROSPECT, Some(&json)).expect(415);
            assert_eq!(answer.json()["error"], "invalid_request", "{media}");
        }
    });
}

#[test]
fn atk_i06_no_answer_is_for_a_cache() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let good = app.token("t", &[]).text;
        for (client, text) in [(&asker, good.as_str()), (&asker, "x"), (&app.server.client(), good.as_str())] {
            let answer = ask(client, text);
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
            assert_eq!(answer.header("etag"), None);
        }
    });
}

#[test]
fn atk_i12_no_sequence_number_is_read_since_none_is_needed() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let (asker, token) = (asker(&app), app.token("t", &[]));
        let ask_from = |seq: &str| send(&asker, INTROSPECT, &format!("token={}&min_seq={seq}", token.text)).expect(200);
        for seq in ["0", "-1", "x", "", "18446744073709551616", "999999"] {
            assert_eq!(ask_from(seq).json()["active"], true, "{seq}");
        }
        // What was answered is in force for every question that is asked afterwards.
        let revoke = format!("/api/v1/tokens/{}/revoke", token.id);
        let revoked = app.admin.post(&revoke, &json!({})).expect(200);
        assert!(revoked.header("tokenward-effective").is_some_and(|field| field.starts_with("everywhere")));
        for seq in ["0", "999999"] {
            assert_eq!(ask_from(seq).text, INACTIVE, "{seq}");
        }
    });
}

#[test]
fn atk_o07_json_with_markup_in_it_is_no_page() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let token = app.token("<script>alert(1)</script>", &[]);
        let told = ask(&asker, &token.text).expect(200);
        let shown = app.admin.get(&format!("/api/v1/tokens/{}", token.id)).expect(200);
        let refused = send(&asker, INTROSPECT, "<script>=1&<script>=2").expect(400);
        for answer in [&told, &shown, &refused] {
            assert!(
                answer.header("content-type").is_some_and(|media| media.starts_with("application/json")),
                "{answer:?}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert!(
                answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'"))
            );
        }
        assert!(!refused.text.contains("<script"), "{}", refused.text);
    });
}

#[test]
fn x04_x09_a_question_is_no_use_of_a_text() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let first = app.token("t", &[]);
        let rotate = format!("/api/v1/tokens/{}/rotate", first.id);
        let on_use = json!({"old_ends": {"on_first_use": "2030-03-17T17:46:50Z"}});
        let second: Made = made(&app.admin.post(&rotate, &on_use).expect(201));
        let before = head(&app);
        for _ in 0..3 {
            let (older, newer) =
                (ask(&asker, &first.text).expect(200).json(), ask(&asker, &second.text).expect(200).json());
            assert_eq!((&older["active"], &newer["active"]), (&json!(true), &json!(true)));
            // The latest end is known, and a service that keeps the answer must not keep it longer.
            assert_eq!((&older["exp"], &newer["exp"]), (&json!(NOON + 10), &Value::Null));
        }
        assert_eq!(head(&app), before, "nothing is written");
        assert_eq!(app.whoami(&first), 200, "the older text was not ended by asking");
        assert_eq!(app.whoami(&second), 200);
        assert_eq!((app.whoami(&first), is_active(&asker, &first.text)), (401, false), "by its use it was");
        // Only the calls were counted.
        let mut server = app.server;
        server.terminate();
        assert_eq!(server.wait(), Some(0));
        let server = token_testkit::Server::start(&app.program, app.database.folder().join("second.log"));
        let admin = server.client().bearer(&app.admin_text);
        let usage = admin.get(&format!("/api/v1/tokens/{}/usage", first.id)).expect(200).json();
        let today = usage["days"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&today["admitted"], &today["superseded"]), (&json!(2), &json!(1)), "{usage}");
    });
}
