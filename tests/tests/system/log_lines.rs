//! What a stranger sends reaches the server's own log as one harmless line each time, and names nobody else in the
//! changelog.

use serde_json::{Value, json};
use token_testkit::{exchange, on_each_database};

use crate::app::App;

/// Line ends, terminal sequences, lines of a log, formats.
const HOSTILE: &[&str] = &[
    "{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "2026-01-01T00:00:00Z ERROR forged",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "%s%n%x",
    "%0d%0aERROR%20forged",
    "%1b%5d52;c;Zm9yZ2Vk%07",
    "%e2%80%a8forged",
];

/// Bytes that no field may have, too.
const BYTES: &[&[u8]] =
    &[b"\x1b]0;forged\x07", b"a\x08b", b"a\x00b", b"\xe2\x80\xa8forged", b"a\nERROR forged", b"\xff"];

/// Sends hostile texts wherever a request has room for them.
fn provoke(app: &App) {
    for text in HOSTILE {
        let _ = app.token_with(&json!({"name": text, "description": format!("a\n{text}")}));
        let path = text.replace([' ', '"', '{', '}'], "_");
        let caller = app.admin.with("User-Agent", text).with("Referer", text).with("X-Request-Id", text);
        let _ = caller.with("X-Forwarded-For", text).get(&format!("/{path}"));
        let _ = caller.get(&format!("/api/v1/tokens/{path}?name={path}"));
        let _ = app.server.client().with("Authorization", &format!("Bearer {text}")).get("/api/v1/whoami").expect(401);
    }
    for bytes in BYTES {
        for (before, after) in [
            (&b"GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: "[..], &b"\r\n\r\n"[..]),
            (b"GET /", b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            (b"", b" / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            (b"GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ", b"\r\n\r\n"),
        ] {
            let _ = exchange(app.server.address(), &[before, bytes, after].concat());
        }
    }
}

#[test]
fn atk_g01_g02_g03_a_log_in_json_has_one_object_a_line_and_no_line_of_a_stranger() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_LOG_FORMAT", "json");
        let app = App::with(database, program);
        provoke(&app);
        let log = app.server.log();
        let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let greetings = log.lines().count() - lines.len();
        assert!(greetings <= 6 && HOSTILE.len() * 4 < lines.len(), "{log}");
        for line in &lines {
            assert!(line["timestamp"].is_string() && line["message"].is_string(), "{line}");
            assert!(matches!(line["level"].as_str(), Some("INFO" | "WARN")), "{line}");
        }
        assert!(!log.contains("forged") && !log.contains("jndi"), "{log}");
        let odd = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        assert!(!log.contains(odd), "{log:?}");
    });
}

#[test]
fn atk_g01_a_log_in_text_has_its_own_beginning_on_every_line() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_LOG_FORMAT", "text");
        let app = App::with(database, program);
        provoke(&app);
        let log = app.server.log();
        let ours = |line: &&str| line.get(..2) == Some("20") && (line.contains(" INFO ") || line.contains(" WARN "));
        let others: Vec<&str> = log.lines().filter(|line| !ours(line)).collect();
        assert!(others.len() <= 6, "{others:?}");
        assert!(!log.contains("forged") && !log.contains("jndi"), "{log}");
    });
}

#[test]
fn atk_g01_g03_commands_print_names_as_they_are_and_nothing_that_a_terminal_obeys() {
    on_each_database(|database| {
        let app = App::start(database);
        for text in HOSTILE {
            let token = app.token_with(&json!({"name": text, "description": format!("one\ntwo\t{text}")}));
            let _ =
                app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({"reason": text})).expect(200);
        }
        for command in [&["token", "list", "--all"][..], &["events", "list", "--all"], &["token", "show", "X"]] {
            let first = app.admin.get("/api/v1/tokens?limit=1").expect(200).json()["items"][0]["id"].clone();
            let arguments: Vec<&str> =
                command.iter().map(|word| if *word == "X" { first.as_str().unwrap() } else { word }).collect();
            let told = app.program.run(&arguments).ok();
            assert!(!told.out.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{:?}", told.out);
        }
        let list = app.program.run(&["token", "list", "--all", "--json"]).ok().json();
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|t| t["name"].as_str()).collect();
        assert!(HOSTILE.iter().all(|text| names.contains(text)), "{names:?}");
    });
}

#[test]
fn atk_g04_a_field_of_a_megabyte_is_431_and_reaches_no_log() {
    on_each_database(|database| {
        let app = App::start(database);
        let head = b"GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: ";
        let agent = "forged".repeat(175_000);
        let answers = exchange(app.server.address(), &[&head[..], agent.as_bytes(), b"\r\n\r\n"].concat());
        assert!(answers.iter().all(|answer| answer.status == 431), "{answers:?}");
        assert!(!app.server.log().contains("forged"));
        let _ = app.admin.get("/api/v1/whoami").expect(200);
    });
}

#[test]
fn atk_g07_nobody_is_named_in_the_changelog_but_whoever_was_admitted() {
    on_each_database(|database| {
        let app = App::start(database);
        let caller = app.caller("caller", &["allow tokens:*"]);
        let caller = ["X-Forwarded-User", "X-Remote-User", "X-Actor", "From", "X-Token-Name", "Forwarded"]
            .iter()
            .fold(caller, |caller, name| caller.with(name, "root"))
            .with("X-Forwarded-For", "203.0.113.9");
        for member in ["actor", "created_by", "user", "user_id"] {
            let _ = caller.post("/api/v1/tokens", &json!({"name": "x", member: "root"})).expect(400);
        }
        let made = caller.post("/api/v1/tokens", &json!({"name": "root"})).expect(201).json();
        let path = format!("/api/v1/tokens/{}/revoke", made["id"].as_str().unwrap());
        let _ = caller.post(&path, &json!({"reason": "by root"})).expect(200);
        for event in app.admin.get("/api/v1/events?limit=2").expect(200).json()["items"].as_array().unwrap() {
            assert_eq!(
                (event["actor"]["kind"].as_str(), event["actor"]["name"].as_str()),
                (Some("token"), Some("caller"))
            );
            assert_eq!(event["origin"]["address"].as_str(), Some("127.0.0.1"), "{event}");
        }
    });
}

#[test]
fn atk_g09_events_are_in_the_order_of_their_numbers_when_the_clock_goes_back() {
    on_each_database(|database| {
        let app = App::at(database, 1_900_000_000);
        for wall in [1_900_000_500, 1_900_000_100, 1_800_000_000] {
            app.set_clocks(wall, 1_900_000_600);
            let _ = app.token("t", &[]);
        }
        let events = app.admin.get("/api/v1/events?limit=50").expect(200).json();
        let events = events["items"].as_array().unwrap();
        let seq: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert!(seq.windows(2).all(|pair| pair[1] + 1 == pair[0]), "{seq:?}");
        let times: Vec<&str> = events.iter().map(|event| event["at"].as_str().unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[1] <= pair[0]), "{times:?}");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
