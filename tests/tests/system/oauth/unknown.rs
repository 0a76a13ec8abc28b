//! What is answered when nobody knows: neither yes nor no.

use serde_json::json;
use token_testkit::{Database, Kind, on_each_database};

use super::{INTROSPECT, NOON, ask, asker, end, is_active, send};
use crate::app::App;
use crate::keys::soon;

#[test]
fn p11_a_server_that_may_have_missed_a_revocation_says_neither_yes_nor_no() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let (asker, token) = (asker(&app), app.token("t", &[]));
        assert!(is_active(&asker, &token.text));
        app.database.back_up("backup");
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        app.database.restore("backup");
        soon("the server halts", || app.server.client().get("/readyz").status == 503);
        for answer in [ask(&asker, &token.text), ask(&asker, "garbage"), end(&asker, &token.text)] {
            let answer = answer.expect(503);
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(
                (answer.header("www-authenticate"), &answer.json()["error"]),
                (None, &json!("temporarily_unavailable"))
            );
        }
    });
}

/// A text with the header of our key, and a signature of the right length that is none.
fn forged(app: &App, number: usize) -> String {
    let (signed, _) = app.admin_text.rsplit_once('.').unwrap();
    format!("{signed}.{number:0>86}")
}

#[test]
fn p70_atk_d07_whoever_asks_pays_for_signature_checks_and_no_address_they_name_does() {
    const BUDGET: usize = 5;
    let database = Database::fresh(Kind::Sqlite);
    let file = database.folder().join("clock");
    std::fs::write(&file, format!("{}", NOON * 1_000_000)).unwrap();
    let program = database.program().with("TOKENWARD_CLOCK_FILE", &file.to_string_lossy());
    let program = program.with("TOKENWARD_SIGNATURE_CHECKS_PER_SECOND", &BUDGET.to_string());
    let app = App::with(database, program);
    let asker = asker(&app);
    let (good, other) = (app.token("good", &[]), app.token("other", &[]));
    app.set_clock(NOON + 1);
    // One check for the text that is asked with, and one for the first that is asked about.
    assert!(is_active(&asker, &good.text));
    for number in 2..BUDGET {
        let form = format!("token={}&address=198.51.100.{number}", forged(&app, number));
        assert_eq!(send(&asker, INTROSPECT, &form).expect(200).text, r#"{"active":false}"#);
    }
    for form in [format!("token={}", forged(&app, 0)), format!("token={}&address=198.51.100.9", other.text)] {
        let over = send(&asker, INTROSPECT, &form).expect(429);
        assert_eq!((over.header("retry-after"), &over.json()["error"]), (Some("1"), &json!("temporarily_unavailable")));
    }
    let _ = end(&asker, &other.text).expect(429);
    assert!(is_active(&asker, &good.text), "what was good before costs nothing");
    assert!(!is_active(&asker, "a.b.c"), "nor does what needs no check");
    app.set_clock(NOON + 2);
    assert!(is_active(&asker, &other.text));
}
