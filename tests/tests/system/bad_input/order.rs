//! Versions, and which of several things wrong with a call is answered: 401, 403, 404, 428, 412, 409, 422.

use serde_json::{Value, json};
use token_testkit::on_each_database;

use super::calls::Call;
use super::world::{UNKNOWN, World};

#[test]
fn atk_a15_a16_only_the_current_version_as_one_strong_tag_is_taken() {
    on_each_database(|database| {
        let world = World::new(database);
        world.without_a_row_more_or_less(|| {
            for route in ["/api/v1/tokens/{id}", "/api/v1/roles/{id}"] {
                let call = Call::json("PATCH", &world.path(route), &json!({"name": "taken"}));
                let _ = world.refused(&call, 428, &[]);
                for stale in ["\"0\"", "\"2\"", "\"18446744073709551615\""] {
                    let _ = world.refused(&call.clone().field("If-Match", stale), 412, &[]);
                }
                for bad in [
                    "*",
                    "W/\"1\"",
                    "w/\"1\"",
                    "\"1\", \"2\"",
                    "\"1\",",
                    "1",
                    "'1'",
                    "\"01\"",
                    "\"+1\"",
                    "\"-1\"",
                    "\"1.0\"",
                    "\"\"",
                    "\"x\"",
                    "",
                    "\"",
                    "\"18446744073709551616\"",
                    "\"1\" x",
                    "\u{ff}",
                ] {
                    let _ = world.refused(&call.clone().field("If-Match", bad), 400, &[]);
                }
                let _ = world.refused(&call.clone().if_match(1).if_match(1), 400, &[]);
            }
        });
        let path = world.path("/api/v1/tokens/{id}");
        let saved = world.accepted(&Call::json("PATCH", &path, &json!({"name": "taken"})).if_match(1), 200);
        assert_eq!((saved.header("etag"), &saved.json()["version"]), (Some("\"2\""), &json!(2)));
        let _ = world.refused(&Call::json("PATCH", &path, &json!({"name": "again"})).if_match(1), 412, &[]);
    });
}

/// A save of a token with everything wrong that can be: the values, the version, and what the state forbids.
fn save(id: &str, body: &Value, tag: Option<u64>) -> Call {
    let call = Call::json("PATCH", &format!("/api/v1/tokens/{id}"), body);
    tag.into_iter().fold(call, Call::if_match)
}

#[test]
fn each_step_of_the_order_is_answered_before_all_behind_it() {
    on_each_database(|database| {
        let world = World::new(database);
        let powerless = world.app.token("powerless", &[]).text;
        let (bad, forbidden) = (json!({"name": ""}), json!({"revoked": false}));
        let unreadable =
            |id: &str| Call::new("PATCH", &format!("/api/v1/tokens/{id}?x=1")).field("If-Match", "*").body("{");
        world.without_a_row_more_or_less(|| {
            let _ = world.refused(&unreadable(UNKNOWN).anonymous(), 401, &[]);
            let _ = world.refused(&unreadable(UNKNOWN).bearer("a.b.c"), 401, &[]);
            let _ = world.refused(&unreadable(UNKNOWN).bearer(&powerless), 403, &[]);
            for id in [UNKNOWN, &world.deleted] {
                for tag in [None, Some(7), Some(1)] {
                    let _ = world.refused(&save(id, &bad, tag), 404, &[]);
                }
            }
            for id in [&world.token, &world.revoked] {
                let _ = world.refused(&save(id, &bad, None), 428, &[]);
                let _ = world.refused(&save(id, &forbidden, None), 428, &[]);
                let _ = world.refused(&save(id, &bad, Some(7)), 412, &[]);
                let _ = world.refused(&save(id, &forbidden, Some(7)), 412, &[]);
            }
            for body in [
                json!({"revoked": false}),
                json!({"expires_at": "2099-01-01"}),
                json!({"roles": [world.role]}),
                json!({"roles": [UNKNOWN]}),
                json!({"allowed_networks": ["10.0.0.0/8"]}),
                json!({"reason": "another"}),
                json!({"name": "new", "revoked": false}),
            ] {
                let _ = world.refused(&save(&world.revoked, &body, Some(2)), 409, &[]);
            }
            let _ = world.refused(&save(&world.token, &bad, Some(1)), 422, &["/name"]);
        });
    });
}

#[test]
fn what_is_not_there_is_answered_before_refused_values_on_every_route() {
    on_each_database(|database| {
        let world = World::new(database);
        let role = Call::json("PATCH", &format!("/api/v1/roles/{UNKNOWN}"), &json!({"name": ""}));
        let reveal =
            |id: &str, jti: &str| Call::json("POST", &format!("/api/v1/tokens/{id}/reveal"), &json!({"jti": jti}));
        world.without_a_row_more_or_less(|| {
            let _ = world.refused(&role, 404, &[]);
            for id in [UNKNOWN, &world.deleted] {
                let revoke = Call::json("POST", &format!("/api/v1/tokens/{id}/revoke"), &json!({"reason": ""}));
                let _ = world.refused(&revoke, 404, &[]);
                let _ = world.refused(&reveal(id, "x"), 404, &[]);
                let _ = world.refused(&reveal(id, UNKNOWN), 404, &[]);
            }
            let _ = world.refused(&reveal(&world.revoked, UNKNOWN), 409, &[]);
            let _ = world.refused(&reveal(&world.revoked, "x"), 409, &[]);
        });
    });
}

#[test]
fn what_the_state_forbids_is_answered_before_refused_values() {
    on_each_database(|database| {
        let world = World::new(database);
        let admin = "/api/v1/roles/00000000-0000-7000-8000-000000000001";
        let implicit = "/api/v1/roles/00000000-0000-7000-8000-000000000002";
        let held = format!("/api/v1/roles/{}", world.role);
        world.without_a_row_more_or_less(|| {
            for body in [json!({"name": "boss"}), json!({"rules": []}), json!({"name": ""})] {
                let _ = world.refused(&Call::json("PATCH", admin, &body).if_match(1), 409, &[]);
            }
            let _ = world.refused(&Call::json("PATCH", implicit, &json!({"name": "Everybody"})).if_match(1), 409, &[]);
            for path in [admin, implicit, &held] {
                let _ = world.refused(&Call::new("DELETE", path), 409, &[]);
            }
            for taken in ["Reader", "READER", " reader ", "Ｒｅａｄｅｒ", "ADMIN", "all external applications"] {
                let _ = world.refused(&Call::json("POST", "/api/v1/roles", &json!({"name": taken})), 409, &[]);
            }
        });
    });
}
