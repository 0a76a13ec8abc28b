//! What the changelog and the log say of sign-ins.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use token_testkit::on_each_database;

use super::browser::{PASSWORD, sign_in};
use crate::app::App;

const NOON: i64 = 1_900_000_020;

/// Whose, how many and in which minute, of every line.
fn lines(app: &App) -> Vec<(String, i64, i64)> {
    let listed = app.program.run(&["events", "list", "--type", "user.sign-ins-refused", "--json"]).ok().json();
    let line = |event: &Value| {
        let details = event["details"].as_array().unwrap();
        let detail = |name: &str| details.iter().find(|detail| detail["field"] == name).unwrap()["after"].as_i64();
        let whose = event["subject"]["name"].as_str().unwrap().to_owned();
        (whose, detail("count").unwrap(), detail("minute").unwrap())
    };
    let mut lines: Vec<_> = listed["items"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn p65_refused_sign_ins_are_told_by_person_and_minute() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        app.accounts().make("Ada", &[]);
        let stranger = app.server.client();
        for _ in 0..3 {
            let _ = sign_in(&stranger, "ada", "wrong wrong wrong").expect(401);
        }
        for name in ["nobody", "no one"] {
            let _ = sign_in(&stranger, name, PASSWORD).expect(401);
        }
        // Now the address has to wait: counted, and nobody looks whose name it is.
        let _ = sign_in(&stranger, "Ada", PASSWORD).expect(429);
        assert_eq!(lines(&app), [], "the minute is not over");
        app.set_clock(NOON + 60);
        let minute = NOON / 60 * 60;
        let expected = vec![("Ada".to_owned(), 3, minute), ("unknown".to_owned(), 3, minute)];
        let told = (0..500).any(|_| {
            sleep(Duration::from_millis(10));
            lines(&app) == expected
        });
        assert!(told, "{:?}", lines(&app));
        // What is counted when the server ends is not lost.
        let _ = sign_in(&stranger, "ada", "wrong wrong wrong").expect(401);
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0));
        assert!(lines(&app).contains(&("Ada".to_owned(), 1, minute + 60)), "{:?}", lines(&app));
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn atk_k08_no_secret_of_a_session_is_in_the_log_or_the_database() {
    on_each_database(|database| {
        let app = App::start(database);
        app.accounts().make("Ada", &[]);
        let ada = app.signed_in("Ada");
        let _ = ada.page().get("/api/v1/whoami").expect(200);
        let _ = ada.page().get(&format!("/api/v1/whoami?session={}", ada.secret)).expect(400);
        let _ = app.server.client().bearer(&ada.secret).get("/api/v1/whoami").expect(401);
        let _ = sign_in(&app.server.client(), "Ada", "wrong wrong wrong").expect(401);
        let _ = ada.page().delete("/api/v1/session").expect(204);
        let written = [app.server.log(), app.database.dump()].concat();
        assert!(written.contains("/api/v1/session"), "the log tells of the calls");
        for secret in [ada.secret.as_str(), &ada.csrf, PASSWORD, "wrong wrong wrong"] {
            assert!(!written.contains(secret), "{secret}");
        }
    });
}
