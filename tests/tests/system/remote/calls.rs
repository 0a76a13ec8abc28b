//! Calls cost the server nothing, and changes at the server are in force at the service when they have returned.

use serde_json::{Value, json};
use token_testkit::on_each_database;

use super::service::Service;
use super::{call, follower, nodes, revoke, server, waited};

/// How many requests the server has answered, by route.
fn answered(log: &str) -> impl Fn(&str) -> usize + use<> {
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    move |route| {
        let of = |line: &Value| line["http.route"].as_str().or(line["fields"]["http.route"].as_str()) == Some(route);
        lines.iter().filter(|line| of(line)).count()
    }
}

#[test]
fn x02_a_hundred_thousand_calls_of_a_service_cost_the_server_no_request() {
    on_each_database(|database| {
        let (mut app, reader) = server(database, "1s");
        let token = app.token("caller", &[&reader]);
        let service = Service::start(app.server.address(), &follower(&app), app.database.folder().join("service.log"));
        let caller = service.client().bearer(&token.text);
        // As many on each database.
        for _ in 0..50_000 {
            let _ = caller.get("/assets").expect(200);
        }
        let refused = caller.post("/assets", &json!({})).expect(403);
        assert!(refused.header("www-authenticate").unwrap().ends_with("scope=\"assets:write\""), "{refused:?}");
        let _ = caller.get("/assets/me").expect(200);
        let _ = service.client().get("/assets").expect(401);
        let _ = service.client().bearer("a.b.c").get("/assets").expect(401);
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0));
        let answered = answered(&app.server.log());
        assert_eq!(answered("/api/v1/guard/tokens/{id}"), 1, "it is read once");
        let rounds = answered("/api/v1/guard/sync");
        assert!(0 < rounds && rounds < 2_000, "{rounds} rounds are of time, not of calls");
        assert_eq!(answered("/api/v1/guard/first-use"), 0);
    });
}

#[test]
fn x01_x02_every_kind_of_change_is_in_force_at_a_service_when_it_has_returned() {
    on_each_database(|database| {
        let (app, reader) = server(database, "10s");
        let mut service =
            Service::start(app.server.address(), &follower(&app), app.database.folder().join("service.log"));
        for _ in 0..20 {
            let token = app.token("caller", &[&reader]);
            assert_eq!(call(&service, &token), 200);
            let revoked = revoke(&app, &token);
            assert_eq!(nodes(&revoked), 2, "the server, and the service");
            assert!(waited(&revoked) < 10_000, "the service says that it knows, and is not given up: {revoked:?}");
            assert_eq!(call(&service, &token), 401);
        }
        let deleted = app.token("deleted", &[&reader]);
        let ended = app.token("ended", &[&reader]);
        let narrowed = app.token("narrowed", &[&reader]);
        let rotated = app.token("rotated", &[&reader]);
        let all = [&deleted, &ended, &narrowed, &rotated];
        assert!(all.iter().all(|token| call(&service, token) == 200));
        let gone = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        assert_eq!((call(&service, &deleted), nodes(&gone)), (401, 2));
        let path = |id: &str| format!("/api/v1/tokens/{id}");
        let _ = app.admin.patch(&path(&ended.id), 1, &json!({"allowed_networks": ["198.51.100.0/24"]})).expect(200);
        assert_eq!(call(&service, &ended), 401, "it may not be used from here any more");
        let now = app.admin.post(&format!("{}/rotate", path(&rotated.id)), &json!({"old_ends": "now"})).expect(201);
        assert_eq!(call(&service, &rotated), 401);
        assert_eq!(call(&service, &crate::app::made(&now)), 200, "the new text, under the same head");
        let _ = app.admin.patch(&format!("/api/v1/roles/{reader}"), 1, &json!({"rules": []})).expect(200);
        assert_eq!(call(&service, &narrowed), 403);
        let kid = app.admin.get("/api/v1/keys").expect(200).json()["items"][0]["kid"].as_str().unwrap().to_owned();
        let rules = crate::app::rules_json(&["allow assets:read"]);
        let _ = app.admin.patch(&format!("/api/v1/roles/{reader}"), 2, &json!({"rules": rules})).expect(200);
        assert_eq!(call(&service, &narrowed), 200, "widened again");
        // The server's own tokens end with that key, too: what follows is refused, and the service goes on for its lease.
        let _ = app.admin.post(&format!("/api/v1/keys/{kid}/withdraw"), &json!({})).expect(200);
        assert_ne!(call(&service, &narrowed), 200);
        assert!(service.lives());
    });
}

#[test]
fn x04_the_first_use_at_a_service_ends_the_older_text_everywhere() {
    on_each_database(|database| {
        let (mut app, reader) = server(database, "10s");
        let old = app.token("rotated", &[&reader]);
        let service = Service::start(app.server.address(), &follower(&app), app.database.folder().join("service.log"));
        let on_use = json!({"old_ends": {"on_first_use": "2099-01-01"}});
        let path = format!("/api/v1/tokens/{}/rotate", old.id);
        let new = crate::app::made(&app.admin.post(&path, &on_use).expect(201));
        assert_eq!((call(&service, &old), app.whoami(&old)), (200, 200));
        assert_eq!(call(&service, &new), 200);
        assert_eq!((call(&service, &old), app.whoami(&old)), (401, 401), "on every node when the use is answered");
        for _ in 0..500 {
            assert_eq!(call(&service, &new), 200);
        }
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0));
        assert_eq!(answered(&app.server.log())("/api/v1/guard/first-use"), 1);
    });
}

#[test]
fn x09_calls_at_a_service_are_counted_at_its_server() {
    on_each_database(|database| {
        let (app, reader) = server(database, "1s");
        let (token, other) = (app.token("caller", &[&reader]), app.token("other", &[&reader]));
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(app.server.address(), &follower(&app), log);
        let caller = service.client().bearer(&token.text);
        for _ in 0..300 {
            let _ = caller.get("/assets").expect(200);
        }
        let _ = caller.post("/assets", &json!({})).expect(403);
        let _ = revoke(&app, &token);
        assert_eq!((call(&service, &token), call(&service, &other)), (401, 200));
        service.stop();
        let of = |id: &str| app.admin.get(&format!("/api/v1/tokens/{id}/usage")).expect(200).json();
        let usage = of(&token.id);
        let total =
            |name: &str| usage["days"].as_array().unwrap().iter().filter_map(|day| day[name].as_u64()).sum::<u64>();
        assert_eq!((total("admitted"), total("forbidden"), total("revoked")), (301, 1, 1), "{usage}");
        assert_eq!(usage["addresses"][0]["address"], "127.0.0.1", "{usage}");
        assert!(usage["last_used"].is_string() && of(&other.id)["last_used"].is_string(), "{usage}");
    });
}

#[test]
fn x02_a_service_that_ends_is_waited_for_by_nobody_and_one_without_the_right_does_not_start() {
    on_each_database(|database| {
        let (app, reader) = server(database, "10s");
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(app.server.address(), &follower(&app), log.clone());
        let (one, other) = (app.token("one", &[&reader]), app.token("other", &[&reader]));
        assert_eq!(nodes(&revoke(&app, &one)), 2);
        service.stop();
        assert_eq!(nodes(&revoke(&app, &other)), 1);
        let Err(why) = Service::try_start(app.server.address(), &app.token("powerless", &[]).text, log) else {
            panic!("it started without `guards:follow`")
        };
        assert!(why.contains("403"), "{why}");
    });
}
