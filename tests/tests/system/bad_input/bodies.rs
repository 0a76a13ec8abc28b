//! Bodies that are no JSON object of ours, or are not announced as one.

use serde_json::json;
use token_testkit::on_each_database;

use super::calls::Call;
use super::fields::BODIES;
use super::world::{CANARY, World};

const TYPE: &str = "Content-Type";
const JSON: &str = "application/json";

/// Each route with a body, as a call that passes but for what is wrong with it.
fn calls(world: &World) -> impl Iterator<Item = Call> {
    BODIES.iter().map(|body| Call::new(body.method, &world.path(body.path)).if_match(1))
}

fn nested(levels: usize) -> String {
    format!("{{\"name\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

#[test]
fn atk_a01_a24_a_body_of_another_type_is_415() {
    on_each_database(|database| {
        let world = World::new(database);
        let body = json!({"name": CANARY}).to_string();
        world.without_a_row_more_or_less(|| {
            for call in calls(&world) {
                let call = call.body(body.clone());
                for media in [
                    "text/plain",
                    "text/json",
                    "application/jsonx",
                    "application/json; charset=utf-16",
                    "application/json; charset=utf-7",
                    "application/json;",
                    "application/json, text/plain",
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=x",
                    "",
                ] {
                    let _ = world.refused(&call.clone().field(TYPE, media), 415, &[]);
                }
                let _ = world.refused(&call, 415, &[]);
                let _ = world.refused(&call.clone().field(TYPE, JSON).field(TYPE, JSON), 415, &[]);
                let _ = world.refused(&call.clone().field(TYPE, JSON).field("Content-Encoding", "gzip"), 415, &[]);
            }
        });
    });
}

#[test]
fn atk_a02_a04_d06_a_body_that_is_not_one_object_is_400() {
    on_each_database(|database| {
        let world = World::new(database);
        let canary = CANARY.as_bytes();
        let mut bodies: Vec<Vec<u8>> = [
            "null",
            "[]",
            "[{}]",
            "\"x\"",
            "5",
            "true",
            "{",
            "{\"name\":\"x\"",
            "{\"name\":\"x\",}",
            "{'name':'x'}",
            "{name:1}",
            "{} {}",
            "{}{}",
            "{}x",
            "{}\0",
            "{}]",
            "{} null",
            "// c\n{}",
            "/**/{}",
            "{\"name\":NaN}",
            "{\"name\":01}",
            "{\"name\":1e999}",
            "{\"name\":\"\\ud800\"}",
            "{\"name\":\"\\x41\"}",
            "\u{feff}{}",
            "{\"name\":\"a\",\"name\":\"a\"}",
            "{\"name\":1,\"n\\u0061me\":2}",
            "{\"x\":[{\"a\":1,\"a\":1}]}",
            "name=x",
            "<name>x</name>",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        bodies.extend([
            b"{\"name\":\"\xff\"}".to_vec(),
            b"{\"name\":\"\xc0\xaf\"}".to_vec(),
            b"{\"name\":\"\xed\xa0\x80\"}".to_vec(),
            b"{\"name\":\"a\x01b\"}".to_vec(),
            b"{\"name\":\"a\nb\"}".to_vec(),
            b"\xff\xfe{\0}\0".to_vec(),
            b"\0\0\0{".to_vec(),
            [b"{\"", canary, b"\":1,\"", canary, b"\":1}"].concat(),
            [b"{\"name\":", canary, b"}"].concat(),
            nested(17).into_bytes(),
            nested(30_000).into_bytes(),
            "{\"a\":".repeat(13_000).into_bytes(),
            "[".repeat(64 * 1_024).into_bytes(),
        ]);
        world.without_a_row_more_or_less(|| {
            for call in calls(&world) {
                for body in &bodies {
                    let _ = world.refused(&call.clone().field(TYPE, JSON).body(body.clone()), 400, &[]);
                }
            }
            let name = nested(16);
            let call = Call::new("POST", "/api/v1/tokens").field(TYPE, JSON).body(name);
            let _ = world.refused(&call, 400, &["/name"]);
        });
    });
}

#[test]
fn atk_a02_an_empty_body_is_400_where_one_is_needed_and_an_empty_object_elsewhere() {
    on_each_database(|database| {
        let world = World::new(database);
        let optional = ["/revoke", "/reveal", "/keys/rotate", "/withdraw"];
        world.without_a_row_more_or_less(|| {
            for call in calls(&world).filter(|call| !optional.iter().any(|end| call.path.ends_with(end))) {
                for body in ["", " ", "\r\n\t"] {
                    let _ = world.refused(&call.clone().field(TYPE, JSON).body(body), 400, &[]);
                }
                let _ = world.refused(&call, 415, &[]);
            }
        });
        for end in ["/reveal", "/revoke"] {
            let path = format!("/api/v1/tokens/{}{end}", world.token);
            let _ = world.accepted(&Call::new("POST", &path), 200);
        }
    });
}

#[test]
fn atk_d05_a_body_over_the_limit_is_413_with_and_without_its_length() {
    on_each_database(|database| {
        let world = World::new(database);
        let limit = 64 * 1_024;
        let padded = |length: usize| {
            let mut body = b"{\"unknown\":1}".to_vec();
            body.resize(length, b' ');
            body
        };
        let chunked = |body: Vec<u8>| [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
        world.without_a_row_more_or_less(|| {
            for call in calls(&world).map(|call| call.field(TYPE, JSON)) {
                // What lies within the limit is read; something new needs a name, and a new text an end of the older.
                let (resource, last) = call.path.rsplit_once('/').unwrap_or_default();
                let read: &[&str] = match last {
                    "tokens" | "roles" => &["/unknown", "/name"],
                    "users" => &["/unknown", "/username"],
                    "rotate" if !resource.ends_with("/keys") => &["/unknown", "/old_ends"],
                    "bulk" => &["/unknown", "/action", "/ids"],
                    "import" => &["/unknown", "/pem"],
                    "routes" => &["/unknown", "/rules"],
                    _ => &["/unknown"],
                };
                let _ = world.refused(&call.clone().body(padded(limit)), 400, read);
                let _ = world.refused(&call.clone().body(padded(limit + 1)), 413, &[]);
                let _ = world.refused(&call.clone().body(padded(1 << 20)), 413, &[]);
                let call = call.field("Transfer-Encoding", "chunked");
                let _ = world.refused(&call.clone().body(chunked(padded(limit))), 400, read);
                let _ = world.refused(&call.clone().body(chunked(padded(limit + 1))), 413, &[]);
            }
        });
    });
}

#[test]
fn everything_wrong_with_a_body_is_told_at_once() {
    on_each_database(|database| {
        let world = World::new(database);
        world.without_a_row_more_or_less(|| {
            let name = "x".repeat(101);
            let refused = json!({
                "name": name, "description": "\u{0}", "roles": [world.role, CANARY, CANARY], "expires_at": "2027-02-29",
                "allowed_networks": ["10.0.0.0/8", CANARY],
            });
            let places = ["/name", "/description", "/roles/1", "/roles/2", "/expires_at", "/allowed_networks/1"];
            let _ = world.refused(&Call::json("POST", "/api/v1/tokens", &refused), 422, &places);
            let path = world.path("/api/v1/tokens/{id}");
            let _ = world.refused(&Call::json("PATCH", &path, &refused).if_match(1), 422, &places);
            // One wrong shape makes it 400, and the refused values are told along with it.
            let mixed = json!({"name": "", "roles": 5, "unknown": CANARY});
            let _ = world.refused(&Call::json("POST", "/api/v1/tokens", &mixed), 400, &["/roles", "/unknown", "/name"]);
            let rules = json!({"name": "", "rules": [{"effect": "no", "permission": "x"}, {}, {"effect": "deny", "permission": "a:b"}]});
            let places =
                ["/name", "/rules/0/effect", "/rules/0/permission", "/rules/1/effect", "/rules/1/permission"];
            let _ = world.refused(&Call::json("POST", "/api/v1/roles", &rules), 422, &places);
            let role = world.path("/api/v1/roles/{id}");
            let _ = world.refused(&Call::json("PATCH", &role, &rules).if_match(1), 422, &places);
            let _ = world.refused(&Call::json("POST", "/api/v1/tokens", &json!({})), 422, &["/name"]);
            let _ = world.refused(&Call::json("POST", "/api/v1/roles", &json!({})), 422, &["/name"]);
        });
    });
}
