//! Texts that mean something to a database are stored and found as they are, and a database that misbehaves stops
//! nothing but the question it was asked.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::thread;

use serde_json::json;
use token_testkit::{Database, Kind, on_each_database};

use crate::app::App;

/// Ends of statements, comments, quotes of both databases, escapes, formats, half characters of other encodings.
const HOSTILE: &[&str] = &[
    "'",
    "''",
    "\"",
    "`",
    "'; DROP TABLE tokens;--",
    "\"; DELETE FROM events;--",
    "\\'",
    "\\",
    "$$; SELECT pg_sleep(9); $$",
    "$1",
    "?1",
    ":name",
    "@name",
    "%00",
    "0x27",
    "\u{bf}' OR 1=1",
    "\u{bf}\u{5c}",
    "E'\\x27'",
    "x'27'",
    "U&'\\0027'",
    "NULL",
    "null",
    "true",
    "/*",
    "-- ",
    "{}",
    "[1]",
    "%s%n%d",
    "\u{1f600}'",
];

#[test]
fn atk_j01_texts_that_mean_something_to_a_database_are_stored_as_they_are() {
    on_each_database(|database| {
        let app = App::start(database);
        for (number, text) in HOSTILE.iter().enumerate() {
            let text = text.trim();
            let body = json!({"name": text, "description": text});
            let token = app.token_with(&body);
            let path = format!("/api/v1/tokens/{}", token.id);
            let stored = app.admin.get(&path).expect(200).json();
            assert_eq!((stored["name"].as_str(), stored["description"].as_str()), (Some(text), Some(text)));
            let _ = app.admin.patch(&path, 1, &json!({"description": format!("{text} {text}")})).expect(200);
            let revoked = app.admin.post(&format!("{path}/revoke"), &json!({"reason": text})).expect(200).json();
            assert_eq!(revoked["revoked"]["reason"].as_str(), Some(text));
            let rows = app.database.sql(&bytes_of(app.database.kind, &token.id)).unwrap();
            let stored = (0..rows.trim().len()).step_by(2).map(|at| u8::from_str_radix(&rows[at..at + 2], 16).unwrap());
            assert_eq!(stored.collect::<Vec<_>>(), text.as_bytes(), "{text:?}");
            let mut role = json!({"name": format!("{number} {text}"), "description": text});
            let made = app.admin.post("/api/v1/roles", &role).expect(201).json();
            role["name"] = format!("{number} {text}").into();
            assert_eq!((&made["name"], &made["description"]), (&role["name"], &role["description"]));
        }
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0), "what the log quotes is quoted well");
    });
}

/// The stored name of a token in hex, read behind the program's back.
fn bytes_of(kind: Kind, id: &str) -> String {
    let plain = id.replace('-', "");
    match kind {
        Kind::Sqlite => format!("SELECT hex(name) FROM tokens WHERE id = x'{plain}'"),
        Kind::Postgres => {
            format!("SELECT encode(convert_to(name, 'UTF8'), 'hex') FROM tokens WHERE id = decode('{plain}', 'hex')")
        }
    }
}

#[test]
fn atk_j03_a_nul_is_refused_before_either_database_sees_it() {
    on_each_database(|database| {
        let app = App::start(database);
        let refused = app.admin.post("/api/v1/tokens", &json!({"name": "a\u{0}b", "description": "\u{0}"})).expect(422);
        let places: Vec<_> =
            refused.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(places, ["/name", "/description"]);
        let _ = app.admin.get("/api/v1/tokens?name=%00").expect(400);
        let _ = app.admin.get("/api/v1/events?text=a%00").expect(400);
        assert_eq!(app.database.sql("SELECT count(*) FROM tokens").unwrap().trim(), "1");
    });
}

#[test]
fn atk_j04_numbers_past_every_bound_are_refused_and_wrap_nowhere() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        for limit in ["9223372036854775807", "9223372036854775808", "18446744073709551616", "-0", "1e3", "+1", "1.0"] {
            let _ = app.admin.get(&format!("/api/v1/tokens?limit={}", limit.replace('+', "%2B"))).expect(400);
        }
        let change = Some(r#"{"description":"x"}"#);
        for version in ["9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551617"] {
            let status = app.admin.with("If-Match", &format!("\"{version}\"")).request("PATCH", &path, change).status;
            assert!(matches!(status, 400 | 412), "{version}: {status}");
        }
        for number in ["9223372036854775808", "-1", "-0", "1e3", "1e400"] {
            let body = format!(r#"{{"name":"x","expires_at":{number}}}"#);
            let _ = app.admin.request("POST", "/api/v1/tokens", Some(&body)).expect(400);
        }
        assert_eq!(app.admin.get(&path).expect(200).json()["version"], 1);
    });
}

#[test]
fn atk_j07_a_row_that_is_no_text_is_an_error_of_that_row_alone() {
    // PostgreSQL holds no text that is none; its rows are covered by the checks of what is read from either.
    let app = App::start(Database::fresh(Kind::Sqlite));
    let (broken, good) = (app.token("broken", &[]), app.token("good", &[]));
    let id = broken.id.replace('-', "");
    let edit = format!("UPDATE tokens SET name = CAST(x'ff61fe' AS TEXT) WHERE id = x'{id}'");
    app.database.sql(&edit).unwrap();
    let path = format!("/api/v1/tokens/{}", broken.id);
    let told = app.admin.get(&path).expect(500);
    assert!(!told.text.contains("UTF") && !told.text.contains("tokens."), "{}", told.text);
    assert_ne!(app.whoami(&broken), 200, "nothing passes on a row that cannot be read");
    assert_eq!(app.whoami(&good), 200);
    let _ = app.admin.get(&format!("/api/v1/tokens/{}", good.id)).expect(200);
    let blob = format!("UPDATE tokens SET name = x'ff61fe' WHERE id = x'{id}'");
    assert!(app.database.sql(&blob).is_err(), "a column of texts takes nothing but texts");
    let _ = app.token("after", &[]);
}

/// What a server that is none says to everybody who connects, once it heard something.
const SAYS: &[(&str, &[u8])] = &[
    ("closes at once", b""),
    ("speaks HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    ("random bytes", b"\x00\xff\x52\x00\x13\x37\xde\xad\xbe\xef\x00\x00\x00\x00"),
    ("a length past everything", b"R\x7f\xff\xff\xff\x00\x00\x00\x00"),
    ("a length below itself", b"R\x00\x00\x00\x00\x00\x00\x00\x00"),
    ("an unknown way to sign in", b"R\x00\x00\x00\x08\x00\x00\x00\x63"),
    (
        "lets everybody in and answers with half a row",
        b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05ID\x00\x00\x00\x09\x00\x07\x00",
    ),
    (
        "lets everybody in and answers with what nobody asked",
        b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05IC\x00\x00\x00\x0dSELECT 1\x00Z\x00\x00\x00\x05I",
    ),
];

#[test]
fn atk_j09_a_server_that_is_no_database_is_told_in_one_line_and_nothing_hangs() {
    for (what, says) in SAYS {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address =
            format!("postgres://nobody@{}/none?sslmode=disable&gssencmode=disable", listener.local_addr().unwrap());
        let says = says.to_vec();
        // Ends with the test's process; it waits for callers that no longer come.
        let _ = thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let mut heard = [0; 1_024];
                let _ = stream.read(&mut heard).and_then(|_| stream.write_all(&says));
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        let database = Database::fresh(Kind::Sqlite);
        let program = database.program().with("TOKENWARD_DATABASE_URL", &address);
        let told = program.run(&["token", "list"]);
        assert_eq!(told.code, Some(1), "{what}: {told:?}");
        // The library that speaks to PostgreSQL may say something of its own before.
        let errors: Vec<&str> = told.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!((errors.len(), told.err.lines().last()), (1, errors.first().copied()), "{what}: {told:?}");
        assert!(!told.err.contains("panicked"), "{what}: {told:?}");
    }
}
