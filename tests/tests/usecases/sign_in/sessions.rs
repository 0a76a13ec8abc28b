//! What a session is, when it begins, and every way it ends.

use serde_json::json;
use token_core::{Author, BuiltIn};

use super::house::{PASSWORD, SESSION, in_each_house, problem};

const OTHER: &str = "it takes two to tango";

#[test]
fn a_person_signs_in_looks_around_and_signs_out() {
    in_each_house(|house| {
        let ada = house.ada();
        let browser = house.browser();
        let begun = browser.sign_in("ada", PASSWORD).expect(200);
        let shown = browser.get("/api/v1/session").expect(200);
        assert_eq!(shown.json(), begun.json());
        assert_eq!(shown.json()["user"], json!({"id": ada.to_string(), "username": "Ada", "display_name": ""}));
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        let me = browser.get("/api/v1/whoami").expect(200).json();
        assert_eq!((me["kind"].as_str(), me["name"].as_str()), (Some("person"), Some("Ada")));
        assert_eq!((&me["credential"], &me["roles"][0]["name"]), (&json!(null), &json!("admin")));
        assert_eq!(me["expires_at"], shown.json()["expires_at"]);
        let gone = browser.delete("/api/v1/session").expect(204);
        assert_eq!(gone.cookie(SESSION), Some(""));
        assert!(gone.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(problem(&browser.get("/api/v1/session").expect(401)), "session-required");
    });
}

#[test]
fn p61_atk_l09_every_sign_in_makes_a_new_secret() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.browser();
        let mut seen = vec!["A".repeat(43)];
        browser.set_cookie(SESSION, &seen[0]);
        for _ in 0..3 {
            let _ = browser.sign_in("Ada", PASSWORD).expect(200);
            let secret = browser.cookie(SESSION);
            assert!(!seen.contains(&secret), "a secret that was planted or used before");
            assert_eq!(secret.len(), 43);
            seen.push(secret);
        }
        let planted = house.browser();
        planted.set_cookie(SESSION, &seen[0]);
        assert_eq!(planted.whoami(), 401, "a planted secret is never taken over");
    });
}

#[test]
fn p61_atk_k09_a_session_ends_without_use_and_in_any_case_and_stays_dead() {
    in_each_house(|house| {
        let _ = house.ada();
        let (unused, used) = (house.signed_in("Ada"), house.signed_in("Ada"));
        for _ in 0..2 {
            house.clock.advance(29 * 60);
            assert_eq!(used.whoami(), 200);
        }
        assert_eq!(unused.whoami(), 401, "unused for half an hour");
        house.clock.advance(-59 * 60);
        assert_eq!(used.whoami(), 200);
        house.clock.advance(59 * 60);
        let begun = 58 * 60;
        let lifetime = 12 * 60 * 60;
        for _ in 0..(lifetime - begun) / (25 * 60) {
            house.clock.advance(25 * 60);
            assert_eq!(used.whoami(), 200);
        }
        let rest = (lifetime - begun) % (25 * 60);
        house.clock.advance(rest - 1);
        assert_eq!(used.whoami(), 200);
        house.clock.advance(1);
        assert_eq!(used.whoami(), 401, "twelve hours, however much it is used");
        assert_eq!(problem(&used.post("/api/v1/roles", &json!({"name": "x"}))), "session-required");
    });
}

#[test]
fn atk_l16_an_ended_session_is_dead_on_every_node_when_the_answer_is_there() {
    in_each_house(|house| {
        let _ = house.ada();
        let other = house.beside();
        let browser = house.signed_in("Ada");
        let elsewhere = browser.at(&other);
        assert_eq!(elsewhere.whoami(), 200, "a session holds on every node");
        let _ = browser.delete("/api/v1/session").expect(204);
        assert_eq!((browser.whoami(), elsewhere.whoami()), (401, 401));
        assert_eq!(problem(&elsewhere.delete("/api/v1/session")), "session-required", "the old cookie once more");
    });
}

#[test]
fn p42_p61_atk_l18_n04_n05_whatever_is_taken_from_a_person_is_gone_with_the_next_request() {
    in_each_house(|house| {
        let _ = house.ada();
        let reader = house.role("Reader", &["allow roles:read"]);
        let eve = house.person("Eve", &[reader, BuiltIn::Admin.id()]);
        let browser = house.signed_in("Eve");
        let _ = browser.post("/api/v1/roles", &json!({"name": "made"})).expect(201);

        house.set_roles(eve, &[reader]);
        let refused = browser.post("/api/v1/roles", &json!({"name": "refused"})).expect(403);
        assert_eq!(problem(&refused), "insufficient-scope");
        let _ = browser.get("/api/v1/roles").expect(200);
        house.set_roles(eve, &[]);
        let _ = browser.get("/api/v1/roles").expect(403);
        assert_eq!(browser.whoami(), 200);

        house.disable(eve);
        assert_eq!(problem(&browser.get("/api/v1/whoami").expect(401)), "session-required");
        let deleted = house.person("Mallory", &[]);
        let browser = house.signed_in("Mallory");
        house.product.admin.delete_user(&Author::command_line(), deleted).unwrap();
        assert_eq!(browser.whoami(), 401);
    });
}

#[test]
fn p61_atk_l13_another_password_needs_the_present_one_and_ends_every_other_session() {
    in_each_house(|house| {
        let _ = house.ada();
        let (browser, other) = (house.signed_in("Ada"), house.signed_in("Ada"));
        let change = |current: &str, new: &str| {
            browser.post("/api/v1/session/password", &json!({"current": current, "new": new}))
        };
        for (current, new, place) in [
            ("wrong wrong wrong", OTHER, "/current"),
            (PASSWORD, "short", "/new"),
            (PASSWORD, "password1234", "/new"),
            ("", OTHER, "/current"),
        ] {
            let refused = change(current, new).expect(422);
            assert_eq!(refused.json()["errors"][0]["pointer"], place, "{}", refused.text);
        }
        let _ = browser.post("/api/v1/session/password", &json!({"new": OTHER})).expect(422);
        let before = browser.cookie(SESSION);
        let changed = change(PASSWORD, OTHER).expect(200);
        assert_eq!((browser.whoami(), other.whoami()), (401, 401), "every session of before");
        browser.keep(&changed);
        assert_ne!(browser.cookie(SESSION), before);
        assert_eq!(browser.whoami(), 200);
        let _ = house.browser().sign_in("Ada", PASSWORD).expect(401);
        let _ = house.browser().sign_in("Ada", OTHER).expect(200);
        // Whoever found an open session cannot guess on for long, and strangers make nobody wait here.
        for _ in 0..5 {
            let _ = browser
                .post("/api/v1/session/password", &json!({"current": "wrong wrong", "new": PASSWORD}))
                .expect(422);
        }
        let waits = browser.post("/api/v1/session/password", &json!({"current": OTHER, "new": PASSWORD}));
        assert_eq!(problem(&waits.expect(429)), "too-many-sign-ins");
    });
}

#[test]
fn p02_atk_p02_p08_the_cursor_of_a_person_is_no_other_persons_and_ends_with_the_session() {
    in_each_house(|house| {
        let _ = house.ada();
        let _ = house.person("Eve", &[BuiltIn::Admin.id()]);
        let (ada, eve) = (house.signed_in("Ada"), house.signed_in("Eve"));
        let first = ada.get("/api/v1/roles?limit=1").expect(200).json();
        let path = format!("/api/v1/roles?limit=1&cursor={}", first["next"].as_str().unwrap());
        let _ = ada.get(&path).expect(200);
        let _ = eve.get(&path).expect(400);
        let _ = ada.delete("/api/v1/session").expect(204);
        let _ = ada.get(&path).expect(401);
    });
}

#[test]
fn p60_atk_l12_the_first_person_comes_by_a_code_that_is_good_once() {
    in_each_house(|house| {
        let code = house.product.admin.start_setup().unwrap().unwrap().text().to_string();
        let setup = |code: &str, name: &str, password: &str| {
            let body = json!({"code": code, "username": name, "password": password});
            house.browser().post("/api/v1/setup", &body)
        };
        for wrong in ["", "x", &"A".repeat(43), code.split_at(1).1] {
            assert_eq!(problem(&setup(wrong, "Ada", PASSWORD).expect(401)), "setup-refused", "{wrong}");
        }
        let refused = setup(&code, "Ada", "short").expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/password");
        house.clock.advance(60);
        let made = setup(&code, "Ada", PASSWORD).expect(201);
        assert!(made.header("location").unwrap().starts_with("/api/v1/users/"));
        assert_eq!(made.cookie(SESSION), None, "the code is no sign-in");
        house.clock.advance(60);
        assert_eq!(problem(&setup(&code, "Eve", PASSWORD).expect(401)), "setup-refused");
        house.clock.advance(60);
        let browser = house.signed_in("Ada");
        let _ = browser.post("/api/v1/roles", &json!({"name": "made"})).expect(201);
        assert!(house.product.admin.start_setup().unwrap().is_none(), "nobody gets a second code");
    });
}
