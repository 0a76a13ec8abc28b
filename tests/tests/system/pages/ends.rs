//! Ends of sessions, and what is taken from people while they look at a page.

use serde_json::json;
use token_testkit::{Kind, Server, on_each_database};

use super::browser::{Browser, START};
use super::calls::NEXT;
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION};

const MINUTE: i64 = 60;

/// The session is that of nobody, for pages, forms and calls alike.
#[track_caller]
fn ensure_ended(browser: &Browser, csrf: &str) {
    let page = browser.client().get("/admin/users").expect(303);
    assert_eq!(page.header("location"), Some("/sign-in?next=%2Fadmin%2Fusers"));
    let form = format!("name=too+late&do=save&csrf={csrf}");
    let _ = browser.page().request("POST", "/admin/roles/new", Some(&form)).expect(401);
    let _ = browser.client().get("/api/v1/whoami").expect(401);
    let _ = browser.client().get("/sign-in").expect(200);
}

#[test]
fn p61_atk_l16_after_signing_out_the_cookie_is_dead_on_every_node() {
    on_each_database(|database| {
        let app = App::at(database, START);
        // A file serves one node; a database server serves many.
        let folder = app.database.folder().join("beside");
        let beside = app.program.clone().with("TOKENWARD_DATA_DIR", &folder.to_string_lossy());
        let beside = (app.database.kind == Kind::Postgres)
            .then(|| Server::start(&beside, app.database.folder().join("beside.log")));
        let node = beside.as_ref().unwrap_or(&app.server);
        let (ada, other) = (app.ada(), app.visitor("ada"));
        let (secret, csrf) = (ada.secret(), ada.csrf());
        let there = node.client().not_following().with("Cookie", &format!("{SESSION}={secret}"));
        let _ = there.get("/overview").expect(200);
        let done = ada.sign_out();
        assert_eq!(done.header("location"), Some("/sign-in?done=signed-out"));
        assert_eq!(ada.cookie(SESSION), None, "the browser forgets it");
        let _ = there.get("/overview").expect(303);
        // Somebody who kept the cookie, or a page from before.
        ada.set_cookie(SESSION, &secret);
        ensure_ended(&ada, &csrf);
        assert_eq!(app.events_of("role.created"), 0);
        let _ = other.get("/overview").expect(200);
    });
}

#[test]
fn p61_atk_k09_a_session_ends_without_use_and_in_any_case_and_stays_dead() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (busy, idle) = (app.ada(), app.visitor("ada"));
        let (busy_csrf, idle_csrf) = (busy.csrf(), idle.csrf());
        for half_hours in 1..=24 {
            let _ = busy.get("/overview").expect(200);
            app.set_clock(START + half_hours * 29 * MINUTE);
        }
        ensure_ended(&idle, &idle_csrf);
        let _ = busy.get("/overview").expect(200);
        app.set_clock(START + 12 * 60 * MINUTE);
        ensure_ended(&busy, &busy_csrf);
        app.set_clocks(START + MINUTE, START + 12 * 60 * MINUTE + 1);
        ensure_ended(&busy, &busy_csrf);
        ensure_ended(&idle, &idle_csrf);
    });
}

#[test]
fn p61_l13_another_password_by_the_page_ends_every_other_session() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (ada, other) = (app.ada(), app.visitor("ada"));
        let (other_csrf, before) = (other.csrf(), ada.secret());
        let change = |current: &str, new: &str, again: &str| {
            let fields = [("password_current", current), ("password_new", new), ("password_again", again)];
            ada.post("/account/password", &fields)
        };
        for (current, new, again, wrong) in [
            ("wrong wrong wrong", NEXT, NEXT, "password_current"),
            (PASSWORD, NEXT, PASSWORD, "password_new"),
            (PASSWORD, "ada", "ada", "password_new"),
            (PASSWORD, "passwordpassword", "passwordpassword", "password_new"),
            (PASSWORD, "", "", "password_new"),
            ("", NEXT, NEXT, "password_current"),
        ] {
            let refused = change(current, new, again).expect(422);
            assert!(refused.text.contains(&format!("id=\"{wrong}-problem\"")), "{wrong}: {}", refused.text);
            for typed in [PASSWORD, NEXT, "wrong wrong wrong"] {
                assert!(!refused.text.contains(typed), "no password comes back");
            }
        }
        let _ = other.get("/overview").expect(200);
        let done = change(PASSWORD, NEXT, NEXT).expect(303);
        assert_eq!(done.header("location"), Some("/account?done=password-changed"));
        assert_ne!(ada.secret(), before, "a new session");
        let _ = ada.get("/account?done=password-changed").expect(200);
        ensure_ended(&other, &other_csrf);
        let _ = app.browser().sign_in("ada", PASSWORD).expect(401);
        let _ = app.browser().sign_in("ada", NEXT).expect(303);
    });
}

#[test]
fn p62_a_stolen_session_guesses_no_password_at_the_account_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let guess = |current: &str| {
            let fields = [("password_current", current), ("password_new", NEXT), ("password_again", NEXT)];
            ada.post("/account/password", &fields)
        };
        for _ in 0..5 {
            let _ = guess("wrong wrong wrong").expect(422);
        }
        let waits = guess(PASSWORD).expect(429);
        assert!(waits.header("retry-after").is_some(), "{waits:?}");
        let _ = ada.get("/overview").expect(200);
        let _ = app.browser().sign_in("ada", PASSWORD).expect(303);
    });
}

#[test]
fn p42_atk_l18_n05_what_is_taken_from_somebody_is_gone_with_their_next_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let role = app.role("Reader", &["allow users:read", "allow events:read"]);
        let bob_id = app.user("bob", &json!({"password": PASSWORD, "roles": [role]}));
        let (bob, csrf) = (app.visitor("bob"), app.visitor("bob").csrf());
        let edit = |path: &str, body: &serde_json::Value| {
            let path = format!("/api/v1/{path}");
            let version = app.admin.get(&path).expect(200).json()["version"].as_u64().unwrap();
            let _ = app.admin.patch(&path, version, body).expect(200);
        };
        let _ = bob.get("/admin/users").expect(200);
        let rules = crate::app::rules_json(&["allow events:read"]);
        edit(&format!("roles/{role}"), &json!({"rules": rules}));
        let refused = bob.get("/admin/users").expect(403);
        assert!(refused.text.contains("users:read"), "it says what is missing: {}", refused.text);
        assert!(!refused.text.contains("href=\"/admin/users\""), "the menu does not lead there any more");
        let _ = bob.get("/admin/changelog").expect(200);
        edit(&format!("users/{bob_id}"), &json!({"roles": []}));
        let _ = bob.get("/admin/changelog").expect(403);
        let _ = bob.get("/overview").expect(200);
        edit(&format!("users/{bob_id}"), &json!({"enabled": false}));
        ensure_ended(&bob, &csrf);
        let _ = bob.sign_in("bob", PASSWORD).expect(401);
        // Whoever is let in again has to sign in again.
        edit(&format!("users/{bob_id}"), &json!({"enabled": true}));
        ensure_ended(&bob, &csrf);
        let bob = app.visitor("bob");
        let _ = app.admin.delete(&format!("/api/v1/users/{bob_id}")).expect(204);
        ensure_ended(&bob, &csrf);
    });
}

#[test]
fn p61_l16_signing_somebody_out_by_the_page_ends_all_their_sessions() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let id = app.user("bob", &json!({"password": PASSWORD}));
        let (one, two) = (app.visitor("bob"), app.visitor("bob"));
        let (one_csrf, two_csrf) = (one.csrf(), two.csrf());
        let _ = ada.post(&format!("/admin/users/{id}/sign-out"), &[("do", "sign-out")]).expect(303);
        ensure_ended(&one, &one_csrf);
        ensure_ended(&two, &two_csrf);
        let _ = ada.get("/overview").expect(200);
    });
}
