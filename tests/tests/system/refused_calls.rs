//! Refused calls are told by the log as numbers.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use token_testkit::on_each_database;

use crate::app::App;

const NOON: i64 = 1_900_000_020;

/// Reason, whose, how many and in which minute, of every line, as the log tells them.
fn lines(app: &App) -> Vec<(String, String, i64, i64)> {
    let listed = app.program.run(&["events", "list", "--type", "calls.refused", "--json"]).ok().json();
    let line = |event: &Value| {
        let detail = |name: &str| {
            let details = event["details"].as_array().unwrap();
            details.iter().find(|detail| detail["field"] == name).unwrap()["after"].clone()
        };
        (
            detail("reason").as_str().unwrap().to_owned(),
            event["subject"]["name"].as_str().unwrap().to_owned(),
            detail("count").as_i64().unwrap(),
            detail("minute").as_i64().unwrap(),
        )
    };
    let mut lines: Vec<_> = listed["items"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

fn line(reason: &str, whose: &str, count: i64, minute: i64) -> (String, String, i64, i64) {
    (reason.to_owned(), whose.to_owned(), count, minute)
}

#[test]
fn refused_calls_are_counted_by_reason_caller_and_minute() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        let (revoked, weak) = (app.token("revoked", &[]), app.token("weak", &[]));
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let anybody = app.server.client();
        for _ in 0..5 {
            let _ = anybody.get("/api/v1/whoami").expect(401);
            let _ = anybody.bearer("a.b.c").get("/api/v1/whoami").expect(401);
        }
        for _ in 0..3 {
            let _ = app.as_token(&revoked).get("/api/v1/whoami").expect(401);
        }
        let _ = app.as_token(&weak).get("/api/v1/roles").expect(403);
        assert_eq!(lines(&app), [], "the minute is not over");

        app.set_clock(NOON + 60);
        let minute = NOON / 60 * 60;
        let expected = vec![
            line("invalid", "unknown", 5, minute),
            line("no credentials", "unknown", 5, minute),
            line("permission", "weak", 1, minute),
            line("revoked", "revoked", 3, minute),
        ];
        let told = (0..500).any(|_| {
            sleep(Duration::from_millis(10));
            lines(&app) == expected
        });
        assert!(told, "{:?}", lines(&app));

        // What is counted when the server ends is not lost.
        let _ = app.as_token(&weak).get("/api/v1/roles").expect(403);
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0));
        assert!(lines(&app).contains(&line("permission", "weak", 1, minute + 60)), "{:?}", lines(&app));
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
