//! The end of a token's life: where it can be moved in place, and where a new text is needed.

use serde_json::{Value, json};
use token_testkit::on_each_database;

use crate::app::App;

/// 17 March 2030, 17:46:40 UTC.
const NOW: i64 = 1_900_000_000;

/// What an edit is answered.
#[derive(Clone, Copy)]
enum Then {
    /// It is saved, and this is the end now.
    Ends(&'static str),
    /// It is saved, and there is none.
    Never,
    /// The end written in the text comes before: a new text is needed.
    NewText,
    /// It lies in the past.
    Past,
}

#[test]
fn s22_s24_an_end_moves_in_place_up_to_what_the_newest_text_says() {
    use Then::{Ends, Never, NewText, Past};
    on_each_database(|database| {
        let app = App::at(database, NOW);
        // The end it was made with, what it is moved to, and what comes of it.
        let rows: &[(Value, Value, Then)] = &[
            (json!("2030-05-31"), json!("2030-05-30"), Ends("2030-05-31T00:00:00Z")),
            (json!("2030-05-31"), json!("2030-05-31"), Ends("2030-06-01T00:00:00Z")),
            (json!("2030-05-31"), json!("2030-06-01T00:00:00Z"), Ends("2030-06-01T00:00:00Z")),
            (json!("2030-05-31"), json!("2030-06-01T02:00:00+02:00"), Ends("2030-06-01T00:00:00Z")),
            (json!("2030-05-31"), json!("2030-06-01T00:00:01Z"), NewText),
            (json!("2030-05-31"), json!("2030-06-01"), NewText),
            (json!("2030-05-31"), Value::Null, NewText),
            (json!("2030-05-31"), json!("2030-03-17"), Ends("2030-03-18T00:00:00Z")),
            (json!("2030-05-31"), json!("2030-03-17T17:46:41Z"), Ends("2030-03-17T17:46:41Z")),
            (json!("2030-05-31"), json!("2030-03-17T17:46:40Z"), Past),
            (json!("2030-05-31"), json!("2030-03-16"), Past),
            (Value::Null, json!("2030-05-31"), Ends("2030-06-01T00:00:00Z")),
            (Value::Null, json!("9999-12-30"), Ends("9999-12-31T00:00:00Z")),
            (Value::Null, Value::Null, Never),
            (Value::Null, json!("1970-01-01"), Past),
        ];
        for (made, moved, then) in rows {
            let token = app.token_with(&json!({"name": "t", "expires_at": made}));
            let path = format!("/api/v1/tokens/{}", token.id);
            let answer = app.admin.patch(&path, 1, &json!({"expires_at": moved}));
            let told = |status: u16, words: &str| {
                assert_eq!(answer.status, status, "{made} {moved}: {}", answer.text);
                assert!(answer.text.contains(words), "{made} {moved}: {}", answer.text);
            };
            match then {
                Ends(end) => told(200, &format!("\"expires_at\":\"{end}\"")),
                Never => told(200, "\"expires_at\":null"),
                NewText => told(422, "needs a new text"),
                Past => told(422, "must lie in the future"),
            }
            assert_eq!(app.whoami(&token), 200, "{made} {moved}");
        }
    });
}

#[test]
fn s24_x07_an_expired_token_lives_again_in_place_for_those_who_hold_what_it_may() {
    on_each_database(|database| {
        let app = App::at(database, NOW);
        let reader = app.role("reader", &["allow assets:read"]);
        let token = app.token_with(&json!({"name": "t", "roles": [reader], "expires_at": "2030-05-31"}));
        let path = format!("/api/v1/tokens/{}", token.id);
        let _ = app.admin.patch(&path, 1, &json!({"expires_at": "2030-03-17T17:46:50Z"})).expect(200);
        app.set_clock(NOW + 9);
        assert_eq!(app.whoami(&token), 200);
        app.set_clock(NOW + 10);
        assert_eq!(app.whoami(&token), 401, "from the very second");
        let back = json!({"expires_at": "2030-05-31"});
        let clerk = app.caller("clerk", &["allow tokens:update"]);
        assert_eq!(clerk.patch(&path, 2, &back).expect(403).json()["type"], "/problems/not-held");
        assert_eq!(app.whoami(&token), 401);
        let equal = app.caller("equal", &["allow tokens:update", "allow assets:read"]);
        let _ = equal.patch(&path, 2, &back).expect(200);
        assert_eq!(app.whoami(&token), 200);
        // Sooner gives nothing away, so it needs no more than the right to change.
        let _ = clerk.patch(&path, 3, &json!({"expires_at": "2030-05-01"})).expect(200);
    });
}
