//! Chapters A and N of the attacks, as far as no other file has them: what callers ask of the administration that they
//! must not get.

use serde_json::{Value, json};
use token_testkit::{Answer, on_each_database};

use crate::app::{App, made, rules_json};

const NOBODY: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

fn path(id: &str) -> String {
    format!("/api/v1/tokens/{id}")
}

fn count(app: &App, what: &str) -> String {
    app.database.sql(&format!("SELECT count(*) FROM {what}")).unwrap().trim().to_owned()
}

fn problem(answer: &Answer) -> String {
    answer.json()["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned()
}

#[test]
fn atk_a07_names_need_not_be_unique_and_the_id_tells_tokens_apart() {
    on_each_database(|database| {
        let app = App::start(database);
        // The same, in another case, with a Cyrillic letter, and a letter in two normal forms.
        let names = ["CI", "CI", "ci", "\u{421}I", "Caf\u{e9}", "Cafe\u{301}"];
        let tokens: Vec<_> = names.iter().map(|name| app.token(name, &[])).collect();
        let _ = app.admin.post(&format!("{}/revoke", path(&tokens[0].id)), &json!({})).expect(200);
        let answers: Vec<u16> = tokens.iter().map(|token| app.whoami(token)).collect();
        assert_eq!(answers, [401, 200, 200, 200, 200, 200], "only the one that was named by its id");
    });
}

#[test]
fn atk_a13_a14_nobody_says_in_a_body_whose_a_token_is() {
    on_each_database(|database| {
        let app = App::start(database);
        let before = (count(&app, "tokens"), count(&app, "events"));
        let stranger = app.server.client();
        for member in ["owner", "owner_id", "created_by", "user_id", "userId", "tenant", "tenant_id", "sub"] {
            let body = json!({"name": "theirs", member: NOBODY});
            let refused = app.admin.post("/api/v1/tokens", &body).expect(400);
            assert!(refused.text.contains(member), "{}", refused.text);
            let refused = stranger.post("/api/v1/tokens", &body).expect(401);
            assert!(!refused.header("www-authenticate").unwrap().contains("error="), "nothing was presented");
        }
        assert_eq!((count(&app, "tokens"), count(&app, "events")), before);
    });
}

#[test]
fn atk_a17_nothing_brings_a_revoked_token_back() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Reader", &["allow assets:read"]);
        let token = app.token("t", &[]);
        let path = path(&token.id);
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "lost"})).expect(200);
        // What it is called may still be put right; that gives nobody anything.
        let words = json!({"name": "lost laptop", "description": "not to be used"});
        assert_eq!(app.admin.patch(&path, 2, &words).expect(200).json()["state"], "revoked");
        let before = app.admin.get(&path).expect(200).text;
        for body in [
            json!({"revoked": false}),
            json!({"expires_at": "2099-01-01"}),
            json!({"roles": [role]}),
            json!({"allowed_networks": ["10.0.0.0/8"]}),
        ] {
            let refused = app.admin.patch(&path, 3, &body).expect(409);
            assert_eq!(problem(&refused), "conflict", "{body}");
        }
        let _ = app.admin.post(&format!("{path}/rotate"), &json!({"old_ends": "now"})).expect(409);
        assert_eq!(app.admin.get(&path).expect(200).text, before);
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn atk_a18_a20_revoked_and_deleted_twice_and_shown_afterwards() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = path(&token.id);
        let first = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "first"})).expect(200).text;
        let again = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "again"})).expect(200).text;
        assert_eq!(again, first, "the same state, with its first reason and time");
        assert_eq!(count(&app, "events WHERE kind = 'token.revoked'"), "1");
        let shown = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(409);
        assert!(!shown.text.contains(&token.text));
        let _ = app.admin.delete(&path).expect(204);
        let gone = app.admin.delete(&path).expect(404);
        for call in ["revoke", "reveal", "rotate"] {
            let body = if call == "rotate" { json!({"old_ends": "now"}) } else { json!({}) };
            let answer = app.admin.post(&format!("{path}/{call}"), &body).expect(404);
            assert_eq!(problem(&answer), problem(&gone), "{call}");
        }
        assert_eq!(count(&app, "events WHERE kind = 'token.deleted'"), "1");
        assert_eq!(count(&app, "events WHERE kind = 'token.revealed'"), "0");
    });
}

#[test]
fn atk_a28_n04_a_role_in_use_stays_and_one_of_its_old_name_inherits_nothing() {
    on_each_database(|database| {
        let app = App::start(database);
        let rules = ["allow tokens:read"];
        let old = app.role("Clerk", &rules);
        let clerk = app.token("clerk", &[&old]);
        let client = app.as_token(&clerk);
        let _ = client.get("/api/v1/tokens").expect(200);
        let role = format!("/api/v1/roles/{old}");
        assert_eq!(problem(&app.admin.delete(&role).expect(409)), "conflict");
        let _ = client.get("/api/v1/tokens").expect(200);
        let _ = app.admin.delete(&format!("{role}?force")).expect(204);
        let _ = client.get("/api/v1/tokens").expect(403);
        let new = app.role("Clerk", &rules);
        assert_ne!(new, old);
        let _ = client.get("/api/v1/tokens").expect(403);
        let held = app.admin.get(&path(&clerk.id)).expect(200).json();
        assert_eq!(held["roles"], json!([]), "it holds what it was given and nothing by name");
        // A role holds rules and no other role: there is nothing to go round in.
        let inherits = json!({"name": "Heir", "rules": rules_json(&[]), "roles": [new]});
        let _ = app.admin.post("/api/v1/roles", &inherits).expect(400);
    });
}

#[test]
fn atk_n05_the_next_call_sees_what_was_taken_from_a_token() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Reader", &["allow tokens:read"]);
        let reader = app.token("reader", &[&role]);
        // One connection for all: nothing is remembered with it.
        let client = app.as_token(&reader);
        let _ = client.get("/api/v1/tokens").expect(200);
        let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 1, &json!({"rules": []})).expect(200);
        let _ = client.get("/api/v1/tokens").expect(403);
        let rules = json!({"rules": rules_json(&["allow tokens:read"])});
        let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 2, &rules).expect(200);
        let _ = client.get("/api/v1/tokens").expect(200);
        let _ = app.admin.patch(&path(&reader.id), 1, &json!({"roles": []})).expect(200);
        let _ = client.get("/api/v1/tokens").expect(403);
        let _ = app.admin.post(&format!("{}/revoke", path(&reader.id)), &json!({})).expect(200);
        let _ = client.get("/api/v1/tokens").expect(401);
    });
}

#[test]
fn atk_n06_n07_a_token_administers_nothing_unless_it_was_allowed_to() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Application", &["allow assets:read", "allow assets:write"]);
        let body =
            json!({"name": "app", "roles": [role], "expires_at": "2031-01-01", "allowed_networks": ["127.0.0.1"]});
        let token = app.token_with(&body);
        let own = path(&token.id);
        let client = app.as_token(&token);
        let _ = client.get("/api/v1/whoami").expect(200);
        let before = (app.admin.get(&own).expect(200).text, count(&app, "tokens"));
        let refused = |answer: Answer| {
            let challenge = answer.expect(403).header("www-authenticate").unwrap().to_owned();
            assert!(challenge.contains("insufficient_scope"), "{challenge}");
        };
        refused(client.post("/api/v1/tokens", &json!({"name": "child"})));
        refused(client.post(&format!("{own}/rotate"), &json!({"old_ends": "now"})));
        refused(client.post(&format!("{own}/reveal"), &json!({})));
        for body in [
            json!({"expires_at": null}),
            json!({"allowed_networks": []}),
            json!({"roles": []}),
            json!({"name": "other"}),
        ] {
            refused(client.patch(&own, 1, &body));
        }
        refused(client.post(&format!("{own}/revoke"), &json!({})));
        refused(client.delete(&own));
        // Nor by a call that does many things at once: each is asked for with the caller's rights.
        for action in ["revoke", "delete"] {
            refused(client.post("/api/v1/tokens/bulk", &json!({"ids": [token.id], "action": action})));
        }
        assert_eq!((app.admin.get(&own).expect(200).text, count(&app, "tokens")), before);
        assert_eq!(app.whoami(&token), 200);
    });
}

#[test]
fn atk_n08_rules_that_cannot_be_read_let_nobody_in() {
    on_each_database(|database| {
        let app = App::start(database);
        for bad in [
            json!([{"effect": "permit", "permission": "a:b"}]),
            json!([{"effect": "allow", "permission": "a:b", "if": "true"}]),
            json!([{"effect": "allow"}]),
            json!(["allow a:b"]),
            json!([{"effect": "allow", "permission": "re:.*"}]),
            json!([{"effect": "ALLOW", "permission": "a:b"}]),
        ] {
            let refused = app.admin.post("/api/v1/roles", &json!({"name": "odd", "rules": bad}));
            assert!([400, 422].contains(&refused.status), "{bad}: {refused:?}");
        }
        assert_eq!(count(&app, "roles WHERE name = 'odd'"), "0");
        let reader = app.caller("reader", &["allow tokens:read"]);
        for odd in ["tokens", "tokens:", ":read", "tokens:read:", "TOKENS:READ", "tokens:%2a", "*", ""] {
            let asked = app.admin.get(&format!("/api/v1/tokens/{NOBODY}/explain?permission={odd}"));
            assert!([400, 404].contains(&asked.status), "{odd}: {asked:?}");
        }
        let _ = reader.get("/api/v1/tokens").expect(200);
    });
}

#[test]
fn atk_n09_no_other_verb_slash_or_version_goes_round_the_guard() {
    on_each_database(|database| {
        let app = App::start(database);
        let nobody = app.server.client();
        let powerless = app.as_token(&app.token("powerless", &[]));
        let role = app.role("Reader", &["allow assets:read"]);
        for plain in ["/tokens", "/roles", "/users", "/events", "/keys", &format!("/roles/{role}")] {
            let route = format!("/api/v1{plain}");
            let _ = app.admin.get(&route).expect(200);
            for verb in ["GET", "HEAD"] {
                assert_eq!(nobody.request(verb, &route, None).status, 401, "{verb} {route}");
                assert_eq!(powerless.request(verb, &route, None).status, 403, "{verb} {route}");
            }
            let others = [
                format!("{route}/"),
                format!("/api/v0{plain}"),
                format!("/api/v2{plain}"),
                format!("/api/V1{plain}"),
                format!("/api{plain}"),
                format!("/v1{plain}"),
                plain.to_owned(),
                format!("/api/v1/.{plain}"),
                format!("/api/v1/{plain}"),
            ];
            for other in &others {
                for verb in ["GET", "HEAD", "OPTIONS", "POST"] {
                    for client in [&nobody, &powerless] {
                        let status = client.request(verb, other, None).status;
                        assert!([401, 403, 404, 405].contains(&status), "{verb} {other}: {status}");
                    }
                }
            }
            for client in [&nobody, &powerless] {
                let status = client.request("OPTIONS", &route, None).status;
                assert_eq!(status, 405, "OPTIONS {route}");
            }
        }
    });
}

#[test]
fn atk_n10_whoever_edits_people_raises_nobody_beyond_what_they_hold() {
    on_each_database(|database| {
        let app = App::start(database);
        let editor = app.caller("editor", &["allow users:*", "allow assets:read"]);
        let admin = "00000000-0000-7000-8000-000000000001";
        let writer = app.role("Writer", &["allow assets:write"]);
        let person = app.user("ada", &json!({"password": "nineteen grey herons"}));
        let path = format!("/api/v1/users/{person}");
        let before = app.admin.get(&path).expect(200).text;
        for roles in [json!([admin]), json!([writer])] {
            assert_eq!(problem(&editor.patch(&path, 1, &json!({"roles": roles})).expect(403)), "not-held");
            let body: Value = json!({"username": "eve", "password": "nineteen grey herons", "roles": roles});
            let _ = editor.post("/api/v1/users", &body).expect(403);
        }
        assert_eq!(app.admin.get(&path).expect(200).text, before);
    });
}

#[test]
fn atk_a12_a_right_that_the_caller_lacks_is_given_to_nobody() {
    on_each_database(|database| {
        let app = App::start(database);
        let writer = app.role("Writer", &["allow assets:write"]);
        let clerk = app.caller("clerk", &["allow tokens:*"]);
        let mine = made(&clerk.post("/api/v1/tokens", &json!({"name": "mine"})).expect(201));
        let before = (count(&app, "tokens"), count(&app, "events"));
        let refused = clerk.post("/api/v1/tokens", &json!({"name": "x", "roles": [writer]})).expect(403);
        assert_eq!(problem(&refused), "not-held");
        assert_eq!(problem(&clerk.patch(&path(&mine.id), 1, &json!({"roles": [writer]})).expect(403)), "not-held");
        assert_eq!((count(&app, "tokens"), count(&app, "events")), before);
        assert_eq!(app.admin.get(&path(&mine.id)).expect(200).json()["roles"], json!([]));
    });
}
