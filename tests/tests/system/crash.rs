//! The program dies at every step of a write; another process judges what is left.
#![cfg(feature = "failpoints")]

use serde_json::json;
use token_testkit::{Database, Server, on_each_database};

use crate::app::App;

const STOPS: &[&str] =
    &["write.locked", "write.decided", "write.changed", "write.event", "write.before_commit", "write.after_commit"];

/// Tokens without the event of their creation, and the other way round.
fn disagreements(database: &Database) -> (String, String) {
    let one = |sql: &str| database.sql(sql).unwrap().trim().to_owned();
    (
        one("SELECT (SELECT count(*) FROM tokens) - (SELECT count(*) FROM events WHERE kind = 'token.created')"),
        one("SELECT coalesce(max(seq), 0) - count(*) FROM events"),
    )
}

#[test]
fn p20_killed_at_every_named_stop_nothing_is_half_there() {
    on_each_database(|database| {
        let mut app = App::start(database);
        for stop in STOPS {
            app.server.kill();
            let program = app.program.clone().with("TOKENWARD_CRASH_AT", &format!("{stop}@3"));
            app.server = Server::start(&program, app.database.folder().join("server.log"));
            let admin = app.server.client().bearer(&app.admin_text);
            let mut acknowledged = Vec::new();
            for n in 0..6 {
                let body = json!({"name": format!("{stop} {n}"), "roles": []}).to_string();
                match admin.send("POST", "/api/v1/tokens", Some(&body)) {
                    Ok(answer) if answer.status == 201 => {
                        acknowledged.push(answer.json()["id"].as_str().unwrap().to_owned());
                    }
                    _ => break,
                }
            }
            assert!(acknowledged.len() < 6, "{stop}: the program did not die");
            let _ = app.server.wait();
            assert_eq!(app.program.run(&["events", "verify"]).code, Some(0), "{stop}");
            assert_eq!(disagreements(&app.database), ("0".to_owned(), "0".to_owned()), "{stop}");
            for id in acknowledged {
                let _ = app.program.run(&["token", "show", &id]).ok();
            }
        }
    });
}

#[test]
fn p20_a_change_and_its_event_in_two_transactions_would_be_noticed() {
    on_each_database(|database| {
        let mut app = App::start(database);
        app.server.kill();
        let program = app.program.clone().with("TOKENWARD_FAULTS", "write.split_commit=return");
        let program = program.with("TOKENWARD_CRASH_AT", "write.between_commits@1");
        app.server = Server::start(&program, app.database.folder().join("server.log"));
        let admin = app.server.client().bearer(&app.admin_text);
        let body = json!({"name": "split", "roles": []}).to_string();
        assert!(admin.send("POST", "/api/v1/tokens", Some(&body)).is_err(), "the program died");
        let _ = app.server.wait();
        assert_eq!(disagreements(&app.database).0, "1", "a token without its event");
    });
}
