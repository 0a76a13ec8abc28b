//! Ids in paths: unknown, deleted, of another kind of thing, and no ids at all.

use std::collections::BTreeSet;

use serde_json::json;
use token_testkit::on_each_database;

use super::calls::Call;
use super::kinds::MALFORMED_IDS;
use super::world::{CANARY, UNKNOWN, World};

/// Every route about one thing.
fn routes() -> Vec<(&'static str, &'static str)> {
    token_http::routes()
        .map(|(verb, path, _)| (verb.as_str(), path))
        .filter(|(_, path)| path.contains("{id}"))
        .collect()
}

/// Answers 200 for ids of nothing, too.
const OF_GUARDS: &str = "/api/v1/guard/tokens/{id}";

fn call(method: &str, route: &str, id: &str) -> Call {
    let path = route.replace("{id}", id);
    let path = if route.ends_with("/explain") { format!("{path}?permission=a:b") } else { path };
    match method {
        "POST" | "PATCH" => Call::json(method, &path, &json!({})).if_match(1),
        _ => Call::new(method, &path),
    }
}

/// Percent-encodes everything, so that each text arrives as it is.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}

#[test]
fn atk_a21_an_id_that_names_nothing_is_404() {
    on_each_database(|database| {
        let world = World::new(database);
        let other = |route: &str| if route.starts_with("/api/v1/tokens") { &world.role } else { &world.token };
        let upper = world.token.to_uppercase();
        let longer = format!("{}0", world.token);
        let spelled = [upper.as_str(), &longer, "%00", "..", "*", "'%20OR%20'1'='1", "%C0%AF", "%FF", CANARY];
        world.without_a_row_more_or_less(|| {
            for (method, route) in routes() {
                let malformed = MALFORMED_IDS.iter().filter(|id| !id.is_empty()).map(|id| encoded(id));
                for id in malformed.chain(spelled.iter().map(|id| (*id).to_owned())) {
                    let _ = world.refused(&call(method, route, &id), 404, &[]);
                }
                // Guards are told of every token, also that there is none: no other 404 must be taken for that.
                for id in [UNKNOWN, other(route)].into_iter().filter(|_| route != OF_GUARDS) {
                    let _ = world.refused(&call(method, route, id), 404, &[]);
                }
            }
        });
    });
}

#[test]
fn atk_a18_n02_what_was_deleted_answers_like_what_never_was() {
    on_each_database(|database| {
        let world = World::new(database);
        let body = |call: &Call| {
            let mut problem = world.refused(call, 404, &[]).json();
            problem["request_id"] = json!(null);
            problem
        };
        for (method, route) in routes().into_iter().filter(|(_, route)| *route != OF_GUARDS) {
            let gone = match route {
                _ if route.starts_with("/api/v1/roles") => &world.deleted_role,
                _ if route.starts_with("/api/v1/users") => &world.deleted_user,
                _ => &world.deleted,
            };
            assert_eq!(body(&call(method, route, gone)), body(&call(method, route, UNKNOWN)), "{method} {route}");
        }
    });
}

#[test]
fn atk_w05_no_other_spelling_of_a_path_leads_to_it() {
    on_each_database(|database| {
        let world = World::new(database);
        let id = &world.token;
        for path in [
            format!("/api/v1/tokens/{id}/"),
            format!("/api/v1//tokens/{id}"),
            format!("//api/v1/tokens/{id}"),
            format!("/api/v1/./tokens/{id}"),
            format!("/api/v1/x/../tokens/{id}"),
            format!("/api/v1/tokens;x/{id}"),
            format!("/api/v1/tokens/{id};x"),
            format!("/API/V1/tokens/{id}"),
            format!("/api/v1/Tokens/{id}"),
            format!("/api/v2/tokens/{id}"),
            format!("/api/v1/tokens%2F{id}"),
            format!("/api/v1/tokens/{id}%2Frevoke"),
            format!("/api/v1/tokens/{id}%00"),
            format!("/api/v1\\tokens\\{id}"),
            "/api/v1/tokens/".to_owned(),
            "/api/v1/roles/".to_owned(),
            "/api/v1/whoami/".to_owned(),
            "/api/v1/events/1".to_owned(),
            "/api/v1".to_owned(),
            "/.well-known/jwks.json/..".to_owned(),
        ] {
            for call in [Call::new("GET", &path), Call::new("GET", &path).anonymous()] {
                let status = call.send(&world.app).status;
                assert!(matches!(status, 400 | 401 | 404), "{call:?}: {status}");
            }
        }
    });
}

#[test]
fn atk_a25_another_method_is_405_and_no_header_or_field_overrides_it() {
    on_each_database(|database| {
        let world = World::new(database);
        let mut allowed: BTreeSet<(&str, &str)> =
            token_http::routes().map(|(verb, path, _)| (verb.as_str(), path)).collect();
        let heads: Vec<_> = allowed.iter().filter(|row| row.0 == "GET").map(|row| ("HEAD", row.1)).collect();
        allowed.extend(heads);
        // Gateways hand on every method.
        let taking_all = |path: &str| allowed.contains(&("ANY", path));
        let paths: BTreeSet<&str> = allowed.iter().map(|row| row.1).filter(|path| !taking_all(path)).collect();
        world.without_a_row_more_or_less(|| {
            for path in paths {
                let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "delete", "REVOKE"];
                for method in methods.iter().filter(|method| !allowed.contains(&(**method, path))) {
                    let call = Call::json(method, &world.path(path), &json!({})).if_match(1);
                    let answer = world.refused(&call, 405, &[]);
                    let allow: BTreeSet<&str> = answer.header("allow").unwrap().split(", ").collect();
                    let known: BTreeSet<&str> = allowed.iter().filter(|row| row.1 == path).map(|row| row.0).collect();
                    assert_eq!(allow, known, "{call:?}");
                }
            }
            for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
                let path = format!("/api/v1/tokens/{}", world.token);
                let _ = world.accepted(&Call::new("GET", &path).field(name, "DELETE"), 200);
                let _ = world.refused(
                    &Call::json("POST", &path, &json!({"_method": "DELETE"})).field(name, "DELETE"),
                    405,
                    &[],
                );
            }
        });
        let _ = world.accepted(&Call::new("GET", &world.path("/api/v1/tokens/{id}")).body("{\"name\":\"x\"}"), 200);
    });
}
