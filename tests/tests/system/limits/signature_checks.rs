//! The budget of signature checks: whoever sends texts nobody has seen pays for them, and nobody else does.

use std::collections::BTreeMap;

use serde_json::Value;
use token_testkit::{Answer, Client, Database, Kind, on_each_database};

use crate::app::App;

const NOON: i64 = 1_900_000_020;
const BUDGET: usize = 5;

fn app(database: Database, settings: &[(&str, &str)]) -> App {
    let file = database.folder().join("clock");
    std::fs::write(&file, format!("{}", NOON * 1_000_000)).unwrap();
    let program = database.program().with("TOKENWARD_CLOCK_FILE", &file.to_string_lossy());
    let program = program.with("TOKENWARD_SIGNATURE_CHECKS_PER_SECOND", &BUDGET.to_string());
    App::with(database, settings.iter().fold(program, |program, (name, value)| program.with(name, value)))
}

/// A text with the header of our key, and a signature of the right length that is none.
fn forged(app: &App, number: usize) -> String {
    let (signed, _) = app.admin_text.rsplit_once('.').unwrap();
    format!("{signed}.{number:0>86}")
}

fn whoami(client: &Client, text: &str) -> Answer {
    client.bearer(text).get("/api/v1/whoami")
}

#[test]
fn p70_atk_d07_an_address_beyond_its_budget_of_signature_checks_is_429_until_the_next_second() {
    on_each_database(|database| {
        let app = app(database, &[]);
        let other = app.token("other", &[]);
        let anybody = app.server.client();
        // The administrator's text took one check when it came first.
        for number in 1..BUDGET {
            let _ = whoami(&anybody, &forged(&app, number)).expect(401);
        }
        let over = whoami(&anybody, &forged(&app, 0)).expect(429);
        assert_eq!(over.header("retry-after"), Some("1"));
        assert_eq!(over.header("www-authenticate"), None);
        assert_eq!(over.json()["type"], "/problems/too-many-checks");
        let unseen = whoami(&anybody, &other.text).expect(429);
        assert_eq!(unseen.json()["detail"], over.json()["detail"], "good or bad, nobody has looked");
        let _ = app.admin.get("/api/v1/whoami").expect(200);
        let _ = anybody.get("/api/v1/whoami").expect(401);
        // What needs no check costs nothing and is answered as ever.
        for text in ["a.b.c", "nonsense", &format!("x{}", app.admin_text), &"x".repeat(5_000)] {
            let _ = whoami(&anybody, text).expect(401);
        }

        app.set_clock(NOON + 1);
        let _ = whoami(&anybody, &other.text).expect(200);
        for number in 1..BUDGET {
            let _ = whoami(&anybody, &forged(&app, number)).expect(401);
        }
        let _ = whoami(&anybody, &forged(&app, 0)).expect(429);
        let _ = whoami(&anybody, &other.text).expect(200);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", other.id), &serde_json::json!({})).expect(200);
        let revoked = whoami(&anybody, &other.text).expect(401);
        assert!(revoked.text.contains("revoked"), "seen is not admitted: {}", revoked.text);
    });
}

#[test]
fn each_client_behind_a_trusted_proxy_has_its_own_budget() {
    let app = app(Database::fresh(Kind::Sqlite), &[("TOKENWARD_TRUSTED_PROXIES", "127.0.0.1/32")]);
    for (address, left) in [
        ("198.51.100.1", BUDGET),
        ("198.51.100.2", BUDGET),
        ("2001:db8:0:1::1", BUDGET),
        ("2001:db8:0:1:ffff::1", 0),
        ("2001:db8:0:2::1", BUDGET),
        ("198.51.100.1", 0),
    ] {
        let client = app.server.client().with("X-Forwarded-For", address);
        for number in 0..BUDGET + 2 {
            let expected = if number < left { 401 } else { 429 };
            assert_eq!(whoami(&client, &forged(&app, number)).status, expected, "{address}, {number}");
        }
    }
}

#[test]
fn zero_is_no_limit_and_the_log_counts_what_was_over_one() {
    let database = Database::fresh(Kind::Sqlite);
    let mut limited = app(database, &[]);
    let refused = 7;
    for number in 0..BUDGET + refused {
        let _ = whoami(&limited.server.client(), &forged(&limited, number));
    }
    limited.server.terminate();
    assert_eq!(limited.server.wait(), Some(0));
    let listed = limited.program.run(&["events", "list", "--type", "calls.refused", "--json"]).ok().json();
    let detail = |event: &Value, name: &str| {
        let details = event["details"].as_array().unwrap();
        details.iter().find(|detail| detail["field"] == name).unwrap()["after"].clone()
    };
    let counts: BTreeMap<String, i64> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (detail(event, "reason").as_str().unwrap().to_owned(), detail(event, "count").as_i64().unwrap()))
        .collect();
    let expected = [("invalid", BUDGET), ("too many checks", refused)];
    assert_eq!(counts, expected.map(|(reason, count)| (reason.to_owned(), i64::try_from(count).unwrap())).into());

    let unlimited = app(Database::fresh(Kind::Sqlite), &[("TOKENWARD_SIGNATURE_CHECKS_PER_SECOND", "0")]);
    for number in 0..BUDGET * 10 {
        let _ = whoami(&unlimited.server.client(), &forged(&unlimited, number)).expect(401);
    }
}
