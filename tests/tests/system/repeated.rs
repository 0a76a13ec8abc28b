//! `Idempotency-Key`: a request that is sent again makes nothing, and is answered with what it made before.

use serde_json::{Value, json};
use token_testkit::{Answer, Client, on_each_database};

use crate::app::{App, made};

/// Yesterday by any clock, so that a day later has come by the database's clock, too.
const START: i64 = 1_700_000_000;

fn create(client: &Client, key: &str, body: &Value) -> Answer {
    client.with("Idempotency-Key", key).post("/api/v1/tokens", body)
}

fn count(app: &App, table: &str) -> String {
    app.database.sql(&format!("SELECT count(*) FROM {table}")).unwrap().trim().to_owned()
}

fn problem(answer: &Answer) -> String {
    answer.json()["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned()
}

#[test]
fn x05_p21_the_same_request_again_makes_nothing_and_shows_the_same_text() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let body = json!({"name": "CI", "description": "a", "expires_at": "2031-01-01"});
        let first = create(&app.admin, "k-1", &body).expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        let tokens = count(&app, "tokens");
        // The same members in another order and with other blanks ask for the same.
        let spelled = "{ \"expires_at\":\"2031-01-01\", \"description\":\"a\",  \"name\" : \"CI\" }";
        let again =
            app.admin.with("Idempotency-Key", "k-1").request("POST", "/api/v1/tokens", Some(spelled)).expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("cache-control"), Some("no-store"));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.text, first.text);
        assert_eq!(count(&app, "tokens"), tokens);
        let token = made(&first);
        let events = app.admin.get("/api/v1/events?type=token.revealed").expect(200).json();
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "showing it again is told");
        assert_eq!(events["items"][0]["subject"]["id"].as_str(), Some(token.id.as_str()));

        let path = format!("/api/v1/tokens/{}", token.id);
        let rotate =
            |key: &str, body: Value| app.admin.with("Idempotency-Key", key).post(&format!("{path}/rotate"), &body);
        let rotated = rotate("k-1", json!({"old_ends": "now"})).expect(201);
        assert_ne!(rotated.json()["token"], first.json()["token"], "another route is another request");
        assert_eq!(rotate("k-1", json!({"old_ends": "now"})).expect(201).text, rotated.text);
        let other = rotate("k-1", json!({"old_ends": {"at": "2031-01-01"}})).expect(422);
        assert_eq!(problem(&other), "idempotency-key-reused");
        assert_eq!(app.database.sql("SELECT count(*) FROM credentials").unwrap().trim(), "3");

        let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
        let revoked = create(&app.admin, "k-1", &body).expect(200);
        assert_eq!((revoked.json()["state"].as_str(), revoked.json().get("token")), (Some("revoked"), None));
        let _ = app.admin.delete(&path).expect(204);
        assert_eq!(problem(&create(&app.admin, "k-1", &body).expect(410)), "gone");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn atk_a26_x05_another_body_caller_or_day_and_odd_keys() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let body = json!({"name": "CI"});
        let first = made(&create(&app.admin, "k", &body).expect(201));
        for other in [
            json!({"name": "CI", "description": "x"}),
            json!({"name": "ci"}),
            json!({"name": "CI", "roles": [app.role("r", &[])]}),
        ] {
            assert_eq!(problem(&create(&app.admin, "k", &other).expect(422)), "idempotency-key-reused", "{other}");
        }
        let clerk = app.caller("clerk", &["allow tokens:create"]);
        let theirs = made(&create(&clerk, "k", &body).expect(201));
        assert_ne!(theirs.id, first.id, "each caller has keys of their own");
        let long = "x".repeat(255);
        let _ = create(&app.admin, &long, &body).expect(201);
        for bad in ["", "a b", &"x".repeat(256), &"x".repeat(10_240)] {
            assert_eq!(
                problem(&create(&app.admin, bad, &body).expect(400)),
                "invalid-idempotency-key",
                "{}",
                bad.len()
            );
        }
        let twice = app.admin.with("Idempotency-Key", "a").with("Idempotency-Key", "a");
        let _ = twice.post("/api/v1/tokens", &body).expect(400);
        // Refused values are told as ever, and use no key up.
        let _ = create(&app.admin, "new", &json!({"name": ""})).expect(422);
        let _ = create(&app.admin, "new", &body).expect(201);

        let rows = || app.database.sql("SELECT count(*) FROM requests").unwrap().trim().to_owned();
        assert_eq!(rows(), "4");
        app.set_clock(START + 86_399);
        assert_eq!(made(&create(&app.admin, "k", &body).expect(201)).id, first.id);
        app.set_clock(START + 86_400);
        assert_ne!(made(&create(&app.admin, "k", &body).expect(201)).id, first.id, "forgotten after a day");
        assert_eq!(rows(), "1", "what was forgotten is gone");
        let dump = app.database.dump();
        assert!(!dump.contains(&long), "no key is stored in clear");
    });
}

#[test]
fn x05_x07_rights_are_asked_again_when_a_request_is_repeated() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let role = app.role("clerk", &["allow tokens:create", "allow assets:read"]);
        let clerk = app.token("clerk", &[&role]);
        let reader = app.role("reader", &["allow assets:read"]);
        let client = app.as_token(&clerk);
        let body = json!({"name": "t", "roles": [reader]});
        let _ = create(&client, "k", &body).expect(201);
        let edit = |version: u64, rules: Value| {
            let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), version, &json!({"rules": rules})).expect(200);
        };
        let rule = |permission: &str| json!({"effect": "allow", "permission": permission});
        edit(1, json!([rule("tokens:create")]));
        assert_eq!(problem(&create(&client, "k", &body).expect(403)), "not-held");
        edit(2, json!([rule("assets:read")]));
        assert_eq!(problem(&create(&client, "k", &body).expect(403)), "insufficient-scope");
        edit(3, json!([rule("tokens:create"), rule("assets:read")]));
        let _ = create(&client, "k", &body).expect(201);
        assert_eq!(count(&app, "tokens"), "3");
    });
}

#[test]
fn x05_p21_fifty_requests_at_once_with_one_key_make_one_token() {
    on_each_database(|database| {
        let app = App::start(database);
        let body = json!({"name": "one of fifty"});
        let texts: Vec<String> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..50)
                .map(|_| {
                    let (client, body) = (app.admin.clone(), &body);
                    scope.spawn(move || {
                        // Whoever finds the database busy sends it again: that is what the key is for.
                        (0..100)
                            .map(|_| create(&client, "same", body))
                            .find(|answer| answer.status != 503)
                            .expect("an answer in the end")
                            .expect(201)
                            .text
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(texts.iter().all(|text| *text == texts[0]), "all have the same token and text");
        assert_eq!(app.database.sql("SELECT count(*) FROM tokens WHERE name = 'one of fifty'").unwrap().trim(), "1");
        let one = app.database.sql("SELECT count(*) FROM events WHERE kind = 'token.created'").unwrap();
        assert_eq!(one.trim(), "2", "the administrator's, and this");
    });
}

#[test]
fn x05_the_command_line_repeats_safely_too() {
    on_each_database(|database| {
        let app = App::start(database);
        let create = ["token", "create", "--name", "t", "--idempotency-key", "k", "--json"];
        let first = app.program.run(&create).ok().json();
        assert_eq!(app.program.run(&create).ok().json(), first);
        let other = app.program.run(&["token", "create", "--name", "u", "--idempotency-key", "k"]);
        assert_eq!(other.code, Some(1));
        assert!(other.err.contains("another request"), "{}", other.err);
        assert_eq!(app.program.run(&["token", "create", "--name", "u", "--idempotency-key", "a b"]).code, Some(2));
        let id = first["id"].as_str().unwrap();
        let rotate = ["token", "rotate", id, "--older-now", "--idempotency-key", "k", "--json"];
        let rotated = app.program.run(&rotate).ok().json();
        assert_eq!(app.program.run(&rotate).ok().json(), rotated);
        assert_eq!(app.program.run(&["token", "revoke", id]).code, Some(0));
        let revoked = app.program.run(&create).ok().json();
        assert_eq!((revoked["id"].as_str(), revoked.get("token")), (Some(id), None));
        let _ = app.program.run(&["token", "delete", "--yes", id]).ok();
        assert!(app.program.run(&create).err.contains("deleted since"));
    });
}
