//! HTTP itself, wrongly framed, wrongly addressed, or dressed up as something else.

use serde_json::json;
use token_testkit::{Answer, Database, Kind, exchange, on_each_database};

use super::world::World;

const BODY: &str = "{\"name\":\"smuggled\"}";

/// A request that would make a token if its framing were good.
fn making(world: &World, version: &str, framing: &str, body: &str) -> Vec<u8> {
    let text = &world.app.admin_text;
    format!(
        "POST /api/v1/tokens {version}\r\nHost: tokenward\r\nAuthorization: Bearer {text}\r\n\
         Content-Type: application/json\r\n{framing}\r\n{body}"
    )
    .into_bytes()
}

fn asking(world: &World, line: &str, fields: &str) -> Vec<u8> {
    let text = &world.app.admin_text;
    format!("{line}\r\nAuthorization: Bearer {text}\r\n{fields}Connection: close\r\n\r\n").into_bytes()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// Nothing good comes of it, the connection ends, and the next good request is served.
#[track_caller]
fn refused(world: &World, request: &[u8], expected: &[u16]) {
    let answers = tried(world, request, expected);
    assert_eq!(answers, 1, "{:?}", String::from_utf8_lossy(request).get(..600));
}

/// The same where the server may lose the connection before it answers: it cannot tell where the request ends.
#[track_caller]
fn refused_or_cut(world: &World, request: &[u8], expected: &[u16]) {
    assert!(tried(world, request, expected) <= 1);
}

#[track_caller]
fn tried(world: &World, request: &[u8], expected: &[u16]) -> usize {
    let answers = exchange(world.app.server.address(), request);
    for answer in &answers {
        let shown: String = String::from_utf8_lossy(request).chars().take(600).collect();
        assert!(expected.contains(&answer.status), "{shown}: {answer:?}");
    }
    let _ = world.app.admin.get("/api/v1/whoami").expect(200);
    answers.len()
}

#[test]
fn atk_w01_w02_wrong_framing_makes_nothing() {
    on_each_database(|database| {
        let world = World::new(database);
        let (length, chunk) = (BODY.len(), format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len()));
        world.without_a_row_more_or_less(|| {
            for framing in [
                format!("Content-Length: {length}\r\nContent-Length: {}\r\n", length + 1),
                format!("Content-Length: +{length}\r\n"),
                format!("Content-Length: 0x{length:x}\r\n"),
                format!("Content-Length: {length},{}\r\n", length + 1),
                "Content-Length: -1\r\n".to_owned(),
                "Content-Length: x\r\n".to_owned(),
                "Content-Length: 99999999999999999999999\r\n".to_owned(),
            ] {
                refused(&world, &making(&world, "HTTP/1.1", &framing, BODY), &[400, 413]);
            }
            for framing in [
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: chunked, chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: \"chunked\"\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            ] {
                refused(&world, &making(&world, "HTTP/1.1", framing, &chunk), &[400, 413, 415, 501]);
            }
            refused(
                &world,
                &making(&world, "HTTP/1.0", "Transfer-Encoding: chunked\r\n", &chunk),
                &[400, 413, 415, 501],
            );
            for chunks in [
                format!("ffffffffffffffffff\r\n{BODY}\r\n0\r\n\r\n"),
                format!("-1\r\n{BODY}\r\n0\r\n\r\n"),
                format!("xyz\r\n{BODY}\r\n0\r\n\r\n"),
            ] {
                let framing = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
                refused_or_cut(&world, &making(&world, "HTTP/1.1", framing, &chunks), &[400, 413]);
            }
        });
    });
}

/// Never reaches a database, and waits until the server gives the connection up: on one alone.
#[test]
fn atk_w03_a_request_in_the_body_of_a_refused_one_is_never_answered() {
    let world = World::new(Database::fresh(Kind::Sqlite));
    let inner = asking(&world, "GET /api/v1/tokens HTTP/1.1\r\nHost: x", "");
    let head = "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nContent-Length:";
    let request = [format!("{head} {}\r\n\r\n", inner.len()).as_bytes(), &inner].concat();
    assert_eq!(statuses(&exchange(world.app.server.address(), &request)), [401]);
}

#[test]
fn atk_w04_a_request_names_one_host() {
    on_each_database(|database| {
        let world = World::new(database);
        for fields in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a\0b\r\n"] {
            refused(&world, &asking(&world, "GET /api/v1/whoami HTTP/1.1", fields), &[400, 421]);
        }
    });
}

#[test]
fn atk_w06_w07_no_field_changes_the_path_or_the_address() {
    on_each_database(|database| {
        let world = World::new(database);
        let anonymous = world.app.server.client();
        for name in ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Uri", "X-Original-URI"] {
            let _ = anonymous.with(name, "/healthz").get("/api/v1/whoami").expect(401);
            let _ = anonymous.with(name, "/api/v1/whoami").get("/healthz").expect(200);
        }
        let dressed = world.app.admin.with("X-Forwarded-For", "203.0.113.9").with("X-Forwarded-User", "root");
        let dressed = dressed.with("Forwarded", "for=203.0.113.9").with("X-Real-IP", "203.0.113.9");
        let _ = dressed.post("/api/v1/tokens", &json!({"name": "dressed"})).expect(201);
        let events = world.app.admin.get("/api/v1/events?limit=1").expect(200).json();
        assert_eq!(events["items"][0]["origin"]["address"], "127.0.0.1");
        let elsewhere = json!({"name": "elsewhere", "allowed_networks": ["203.0.113.0/24"]});
        let elsewhere = world.app.token_with(&elsewhere);
        let caller = world.app.as_token(&elsewhere).with("X-Forwarded-For", "203.0.113.9");
        let refused = caller.get("/api/v1/whoami").expect(401);
        assert!(refused.text.contains("address"), "{}", refused.text);
    });
}

#[test]
fn atk_w08_a_bad_credential_is_refused_before_the_body_is_sent() {
    on_each_database(|database| {
        let world = World::new(database);
        let head = "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nConnection: close\r\n\
                    Content-Type: application/json\r\nContent-Length: 60000\r\nExpect: 100-continue\r\n\r\n";
        let answers = exchange(world.app.server.address(), head.as_bytes());
        // The invitation to go on may come first; the refusal does not wait for the body.
        assert!(matches!(statuses(&answers)[..], [401] | [100, 401]), "{answers:?}");
    });
}

#[test]
fn atk_w09_no_upgrade_makes_a_tunnel() {
    on_each_database(|database| {
        let world = World::new(database);
        for upgrade in ["websocket", "h2c", "TLS/1.0"] {
            for (client, expected) in [(world.app.admin.clone(), 200), (world.app.server.client(), 401)] {
                let client = client.with("Connection", "Upgrade").with("Upgrade", upgrade);
                let client = client.with("Sec-WebSocket-Key", "x").with("HTTP2-Settings", "AAAA");
                let _ = client.get("/api/v1/whoami").expect(expected);
            }
        }
    });
}

#[test]
fn atk_w13_d01_d02_odd_versions_methods_and_heads_are_refused() {
    on_each_database(|database| {
        let world = World::new(database);
        let host = "Host: x\r\n";
        for line in [
            "GET /api/v1/whoami HTTP/2.0".to_owned(),
            "GET /api/v1/whoami HTTP/9.9".to_owned(),
            "GET /api/v1/whoami http/1.1".to_owned(),
            "GET /api/v1/whoami HTTP/1".to_owned(),
            "GET /api/v1/whoami".to_owned(),
            "GET  HTTP/1.1".to_owned(),
            "G\0T /api/v1/whoami HTTP/1.1".to_owned(),
            format!("{} /api/v1/whoami HTTP/1.1", "M".repeat(1 << 20)),
            format!("GET /api/v1/whoami?{} HTTP/1.1", "q".repeat(1 << 20)),
        ] {
            refused(&world, &asking(&world, &line, host), &[400, 405, 414, 431, 505]);
        }
        let many = "X: y\r\n".repeat(500);
        let long = format!("X: {}\r\n", "y".repeat(20_000));
        let nine = format!("X: {}\r\n", "y".repeat(16 * 1_024));
        for fields in [many, long, nine] {
            let fields = format!("{host}{fields}");
            refused(&world, &asking(&world, "GET /api/v1/whoami HTTP/1.1", &fields), &[400, 431]);
        }
        let twice = "Authorization: Bearer a.b.c\r\n".repeat(90);
        refused(&world, &asking(&world, "GET /api/v1/whoami HTTP/1.1", &format!("{host}{twice}")), &[400, 431]);
    });
}
