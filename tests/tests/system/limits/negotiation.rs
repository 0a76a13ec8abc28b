//! What clients would like to have otherwise: parts, older copies, other forms.

use serde_json::json;
use token_testkit::{Database, Kind, exchange, on_each_database};

use crate::app::App;
use crate::metrics::free_address;

#[test]
fn atk_w11_ranges_dates_and_forms_change_no_answer_and_no_request_is_unpacked() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let plain = app.admin.get(&path).expect(200);
        for (name, value) in [
            ("Range", "bytes=0-10"),
            ("Range", "bytes=0-0,5-6,-1"),
            ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
            ("If-Range", "\"1\""),
            ("Accept", "*/*;q=0"),
            ("Accept", "text/html"),
            ("Accept-Language", "tr, *;q=0"),
            ("Accept-Charset", "utf-7"),
            ("TE", "gzip;q=1.0, trailers"),
        ] {
            let answer = app.admin.with(name, value).get(&path).expect(200);
            assert_eq!(answer.text, plain.text, "{name}: {value}");
        }
        let many = vec!["gzip"; 500].join(", ");
        for encodings in ["gzip", "identity;q=0, *;q=0", "gzip;q=9999999, br, zstd", &many] {
            let status = app.admin.with("Accept-Encoding", encodings).get(&path).status;
            assert!(matches!(status, 200 | 406), "{encodings}: {status}");
        }
        for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"] {
            let call = app.admin.with("Content-Encoding", encoding);
            let _ = call.post("/api/v1/tokens", &json!({"name": "packed"})).expect(415);
        }
        assert_eq!(app.admin.get("/api/v1/tokens").expect(200).json()["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn atk_w10_a_client_that_offers_another_protocol_is_told_that_its_connection_ends_with_the_answer() {
    let database = Database::fresh(Kind::Sqlite);
    let metrics = free_address("127.0.0.1");
    let program = database.program().with("TOKENWARD_METRICS_LISTEN", &metrics);
    let app = App::with(database, program);
    let main = app.server.address().trim_start_matches("http://");
    let body = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\ntoken=a.b";
    for (host, request, rest, status) in [
        (main, "GET /healthz", "\r\n", 200),
        (main, "GET /sign-in", "\r\n", 200),
        (main, "GET /nowhere", "\r\n", 404),
        (main, "PUT /healthz", "\r\n", 405),
        (main, "GET /api/v1/tokens", "\r\n", 401),
        (main, "POST /oauth2/introspect", body, 401),
        (&metrics, "GET /metrics", "\r\n", 200),
    ] {
        // What Java says with each request over plain HTTP, and browsers for a web socket.
        for offer in [
            "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\nUpgrade: h2c\r\n",
            "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
        ] {
            let asked = format!("{request} HTTP/1.1\r\nHost: {host}\r\n{offer}{rest}");
            let answers = exchange(host, asked.as_bytes());
            let [answer] = answers.as_slice() else { panic!("{asked}: {answers:?}") };
            assert_eq!((answer.status, answer.header("connection")), (status, Some("close")), "{asked}: {answer:?}");
            assert_eq!(answer.header("upgrade"), None, "{asked}");
        }
    }
}

#[test]
fn atk_w12_names_reach_no_header_field() {
    on_each_database(|database| {
        let app = App::start(database);
        for name in ["a\r\nSet-Cookie: x=y", "a\nb", "a\rb", "a\u{2028}b"] {
            let _ = app.admin.post("/api/v1/tokens", &json!({"name": name})).expect(422);
            let _ = app.admin.post("/api/v1/roles", &json!({"name": name})).expect(422);
        }
        let name = "%0d%0aSet-Cookie: x=y";
        for path in ["/api/v1/tokens", "/api/v1/roles"] {
            let made = app.admin.post(path, &json!({"name": name, "description": "a\r\nSet-Cookie: x=y"})).expect(201);
            let id = made.json()["id"].as_str().unwrap().to_owned();
            let shown = app.admin.get(&format!("{path}/{id}")).expect(200);
            for answer in [&made, &shown, &app.admin.get(&format!("{path}?name=%250d%250aSet")).expect(200)] {
                assert!(answer.headers.iter().all(|(field, value)| field != "set-cookie" && !value.contains("Set-")));
            }
            assert_eq!(made.header("location"), Some(format!("{path}/{id}").as_str()));
            assert_eq!(made.header("etag"), Some("\"1\""));
        }
    });
}
