//! Behaviours of tokens and roles, one test each, on both databases.

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::{App, rules_json};

#[test]
fn s37_create_show_call_works_at_once() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("CI pipeline", &[]);
        let answer = app.as_token(&token).get("/api/v1/whoami").expect(200).json();
        assert_eq!((answer["id"].as_str(), answer["name"].as_str()), (Some(token.id.as_str()), Some("CI pipeline")));
    });
}

#[test]
fn s13_s14_show_gives_the_same_bytes_each_time_and_each_is_an_event() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        for _ in 0..2 {
            let shown = app.admin.post(&format!("/api/v1/tokens/{}/reveal", token.id), &json!({})).expect(200);
            assert_eq!(shown.json()["token"].as_str(), Some(token.text.as_str()));
            assert_eq!(shown.header("cache-control"), Some("no-store"));
        }
        let events = app.admin.get("/api/v1/events?type=token.revealed").expect(200).json();
        assert_eq!(events["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn s25_s28_s30_a_revoked_token_is_refused_for_good_and_stays_listed() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let first = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "left"})).expect(200).json();
        assert_eq!(app.whoami(&token), 401);
        assert_eq!(first["revoked"]["reason"], "left");
        let again = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "other"})).expect(200).json();
        assert_eq!(first, again, "the first revocation stays");
        let version = first["version"].as_u64().unwrap();
        let _ = app.admin.patch(&path, version, &json!({"revoked": false})).expect(409);
        let _ = app.admin.patch(&path, version, &json!({"expires_at": "2099-01-01"})).expect(409);
        let _ = app.admin.patch(&path, version, &json!({"name": "old importer"})).expect(200);
        let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(409);
        let listed = app.admin.get("/api/v1/tokens?state=revoked").expect(200).json();
        assert_eq!(listed["items"][0]["id"].as_str(), Some(token.id.as_str()));
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn s31_s32_delete_ends_a_token_in_any_state_and_takes_it_off_the_list() {
    on_each_database(|database| {
        let app = App::start(database);
        let (active, revoked) = (app.token("a", &[]), app.token("b", &[]));
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        for token in [&active, &revoked] {
            let path = format!("/api/v1/tokens/{}", token.id);
            let _ = app.admin.delete(&path).expect(204);
            assert_eq!(app.whoami(token), 401);
            let _ = app.admin.get(&path).expect(404);
            let _ = app.admin.delete(&path).expect(404);
        }
        let listed = app.admin.get("/api/v1/tokens").expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "the administrator's alone");
    });
}

#[test]
fn s24_p02_refused_from_the_second_of_exp_on() {
    on_each_database(|database| {
        let app = App::at(database, 1_900_000_000);
        let token = app.token_with(&json!({"name": "t", "roles": [], "expires_at": "2030-03-17T17:46:50Z"}));
        for (now, status) in [(1_900_000_009, 200), (1_900_000_010, 401), (1_900_000_011, 401)] {
            app.set_clock(now);
            assert_eq!(app.whoami(&token), status, "at {now}");
        }
        app.set_clock(1_900_000_011);
        let refused = app.as_token(&token).get("/api/v1/whoami");
        assert!(refused.header("www-authenticate").unwrap().contains("expired"));
        let shown = app.admin.get(&format!("/api/v1/tokens/{}", token.id)).json();
        assert_eq!(shown["state"], "expired");
    });
}

#[test]
fn s21_s36_role_edits_act_on_the_next_call_with_the_same_text() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Reader", &[]);
        let caller = app.as_token(&app.token("t", &[&role]));
        let refused = caller.get("/api/v1/roles").expect(403);
        assert!(refused.header("www-authenticate").unwrap().contains("scope=\"roles:read\""));
        let path = format!("/api/v1/roles/{role}");
        let _ = app.admin.patch(&path, 1, &json!({"rules": rules_json(&["allow roles:read"])})).expect(200);
        let _ = caller.get("/api/v1/roles").expect(200);
        let rules = rules_json(&["allow roles:read", "deny *:*"]);
        let _ = app.admin.patch(&path, 2, &json!({"rules": rules})).expect(200);
        let _ = caller.get("/api/v1/roles").expect(403);
    });
}

#[test]
fn s19_s20_every_token_holds_the_implicit_role_and_no_field_shows_it() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let roles = app.admin.get("/api/v1/roles").expect(200).json();
        let find = |name: &str| {
            let items = roles["items"].as_array().unwrap();
            items.iter().find(|role| role["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let implicit = find("All external applications");
        let path = format!("/api/v1/roles/{implicit}");
        let _ = app.admin.patch(&path, 1, &json!({"rules": rules_json(&["allow roles:read"])})).expect(200);
        let _ = app.as_token(&token).get("/api/v1/roles").expect(200);
        let shown = app.admin.get(&format!("/api/v1/tokens/{}", token.id)).json();
        assert_eq!(shown["roles"], json!([]));
        let _ = app.admin.post("/api/v1/tokens", &json!({"name": "x", "roles": [implicit]})).expect(422);
        let _ = app.admin.delete(&path).expect(409);
        let _ = app.admin.delete(&format!("/api/v1/roles/{}", find("admin"))).expect(409);
    });
}

#[test]
fn p40_two_saves_of_one_version_one_wins_and_a_stale_one_never_unrevokes() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let _ = app.admin.request("PATCH", &path, Some("{\"name\":\"x\"}")).expect(428);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let saves: Vec<_> = (0..8)
                .map(|n| {
                    let (admin, path) = (app.admin.clone(), path.clone());
                    scope.spawn(move || admin.patch(&path, 1, &json!({"name": format!("n{n}")})).status)
                })
                .collect();
            saves.into_iter().map(|save| save.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
        let _ = app.admin.patch(&path, 2, &json!({"name": "late", "revoked": false})).expect(412);
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn x06_explain_names_the_role_and_rule() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Careful", &["allow assets.*:read", "deny assets.secret:read"]);
        let token = app.token("t", &[&role]);
        let ask = |permission: &str| {
            let path = format!("/api/v1/tokens/{}/explain?permission={permission}", token.id);
            app.admin.get(&path).expect(200).text
        };
        assert!(ask("assets.a:read").contains("Careful"));
        assert!(ask("assets.secret:read").contains("deny"));
        assert!(!ask("other:read").contains("Careful"));
    });
}
