//! A new text for the same token: the older ones end when they were told to.

use serde_json::json;
use token_testkit::{Client, Program, Server, on_each_database};

use crate::app::{App, Made, made};

const NOON: i64 = 1_900_000_000;

fn rotate(app: &App, token: &Made, body: &serde_json::Value) -> Made {
    made(&app.admin.post(&format!("/api/v1/tokens/{}/rotate", token.id), body).expect(201))
}

fn answer(anybody: &Client, token: &Made) -> (u16, bool) {
    let answer = anybody.bearer(&token.text).get("/api/v1/whoami");
    let superseded = answer.header("www-authenticate").is_some_and(|field| field.contains("replaced by a newer one"));
    (answer.status, superseded)
}

#[test]
fn x04_the_older_text_ends_at_once_or_at_its_time() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let anybody = app.server.client();
        let first = app.token("t", &[]);
        let second = rotate(&app, &first, &json!({"old_ends": {"at": "2030-03-17T17:46:50Z"}}));
        assert_eq!(second.id, first.id);
        assert_ne!(second.text, first.text);
        app.set_clock(NOON + 9);
        assert_eq!((answer(&anybody, &first).0, answer(&anybody, &second).0), (200, 200));
        app.set_clock(NOON + 10);
        assert_eq!((answer(&anybody, &first), answer(&anybody, &second)), ((401, true), (200, false)));
        let third = rotate(&app, &first, &json!({"old_ends": "now"}));
        assert_eq!((answer(&anybody, &second), answer(&anybody, &third)), ((401, true), (200, false)));
        // Show gives the newest, or the one that is asked for, byte for byte.
        let path = format!("/api/v1/tokens/{}/reveal", first.id);
        assert_eq!(app.admin.post(&path, &json!({})).expect(200).json()["token"].as_str(), Some(third.text.as_str()));
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", first.id), &json!({})).expect(200);
        assert_eq!(answer(&anybody, &third).0, 401);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/rotate", first.id), &json!({"old_ends": "now"})).expect(409);
    });
}

#[test]
fn x04_the_first_use_of_the_new_text_ends_the_older_ones_on_every_node() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let anybody = app.server.client();
        let first = app.token("t", &[]);
        let on_use = json!({"old_ends": {"on_first_use": "2030-03-17T17:46:50Z"}});
        let second = rotate(&app, &first, &on_use);
        for _ in 0..3 {
            assert_eq!(answer(&anybody, &first).0, 200, "the new text was not used yet");
        }
        assert_eq!(answer(&anybody, &second).0, 200);
        assert_eq!(answer(&anybody, &first), (401, true));
        assert_eq!(answer(&anybody, &second).0, 200);
        let events = app.admin.get("/api/v1/events?type=token.first-used").expect(200).json();
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "once, by whoever was first");
        assert_eq!(events["items"][0]["actor"]["name"], "t");

        let third = rotate(&app, &first, &on_use);
        app.set_clock(NOON + 10);
        assert_eq!(answer(&anybody, &second), (401, true), "unused, the new text takes its place in the end");
        assert_eq!(answer(&anybody, &third).0, 200);
    });
}

#[test]
fn x04_two_nodes_and_eight_callers_end_an_older_text_once() {
    let database = token_testkit::Database::fresh(token_testkit::Kind::Postgres);
    let app = App::at(database, NOON);
    let folder = app.database.folder().join("second");
    let program: Program = app.program.clone().with("TOKENWARD_DATA_DIR", &folder.to_string_lossy());
    let other = Server::start(&program, app.database.folder().join("second.log"));
    let first = app.token("t", &[]);
    let second = rotate(&app, &first, &json!({"old_ends": {"on_first_use": "2030-12-31"}}));
    std::thread::scope(|scope| {
        for server in [&app.server, &other].into_iter().cycle().take(8) {
            let caller = server.client().bearer(&second.text);
            scope.spawn(move || {
                let _ = caller.get("/api/v1/whoami").expect(200);
            });
        }
    });
    for server in [&app.server, &other] {
        assert_eq!(answer(&server.client(), &first), (401, true));
    }
    let events = app.admin.get("/api/v1/events?type=token.first-used").expect(200).json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[test]
fn x04_an_expired_token_lives_on_with_a_new_text_and_only_with_that() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let first = app.token_with(&json!({"name": "t", "roles": [], "expires_at": "2030-03-17T17:46:50Z"}));
        app.set_clock(NOON + 10);
        let path = format!("/api/v1/tokens/{}", first.id);
        let refused = app.admin.patch(&path, 1, &json!({"expires_at": "2031-01-01"})).expect(422);
        assert!(refused.text.contains("new text"), "{}", refused.text);
        let second = rotate(&app, &first, &json!({"old_ends": "now", "expires_at": "2031-01-01"}));
        assert_eq!((app.whoami(&first), app.whoami(&second)), (401, 200));
        assert_eq!(app.admin.get(&path).json()["expires_at"], "2031-01-02T00:00:00Z");
        let past = json!({"old_ends": {"at": "2030-01-01"}, "expires_at": "2030-01-01"});
        let refused = app.admin.post(&format!("{path}/rotate"), &past).expect(422).json();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    });
}

#[test]
fn x07_a_text_is_made_only_by_those_who_hold_what_it_may() {
    on_each_database(|database| {
        let app = App::start(database);
        let writer = app.role("Writer", &["allow assets:write"]);
        let strong = app.token("strong", &[&writer]);
        let clerk = app.caller("clerk", &["allow tokens:rotate"]);
        let path = format!("/api/v1/tokens/{}/rotate", strong.id);
        let _ = clerk.post(&path, &json!({"old_ends": "now"})).expect(403);
        let equal = app.caller("equal", &["allow tokens:rotate", "allow assets:write"]);
        let _ = equal.post(&path, &json!({"old_ends": "now"})).expect(201);
        let rotated = app.program.run(&["token", "rotate", &strong.id, "--older-now", "--json"]).ok().json();
        assert_eq!(rotated["id"].as_str(), Some(strong.id.as_str()));
        assert_eq!(app.program.run(&["token", "rotate", &strong.id]).code, Some(2), "say when the older ones end");
    });
}
