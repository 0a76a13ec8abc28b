//! Clocks that are set wrong.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use crate::app::{App, Made};

const NOON: i64 = 1_900_000_000;
const HOUR: i64 = 3_600;
const TEN_YEARS: i64 = 10 * 365 * 24 * HOUR;

/// A token that ends ten seconds after noon.
fn ten_seconds(app: &App) -> Made {
    app.token_with(&json!({"name": "t", "roles": [], "expires_at": "2030-03-17T17:46:50Z"}))
}

fn clock_part(app: &App) -> String {
    app.server.client().get("/readyz").json()["parts"]["clock"].as_str().unwrap().to_owned()
}

pub(crate) fn until(condition: impl Fn() -> bool) -> bool {
    (0..500).any(|_| {
        condition() || {
            sleep(Duration::from_millis(10));
            false
        }
    })
}

#[test]
fn atk_t01_p30_a_clock_set_back_gives_no_token_a_second_life() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        let token = ten_seconds(&app);
        assert_eq!(app.whoami(&token), 200);
        app.set_clock(NOON + 30);
        assert_eq!(app.whoami(&token), 401);
        let remembered = app.database.folder().join("server.clock");
        let noted =
            || std::fs::read_to_string(&remembered).is_ok_and(|text| text.parse() == Ok((NOON + 30) * 1_000_000));
        assert!(until(noted), "the time is kept for the next start");

        app.set_clocks(NOON - HOUR, NOON + 31);
        assert_eq!(app.whoami(&token), 401);
        assert!(clock_part(&app).contains("behind"), "{}", clock_part(&app));
        let late = app.token_with(&json!({"name": "late", "roles": [], "expires_at": "2030-03-17T17:47:30Z"}));
        assert_eq!(app.whoami(&late), 200);
        app.set_clocks(NOON - HOUR + 30, NOON + 61);
        assert_eq!(app.whoami(&late), 401, "time goes on although the clock does not show it");

        app.server.kill();
        app.set_clocks(NOON - HOUR, 5);
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        assert_eq!(app.whoami(&token), 401, "nor does a start");
        assert!(app.server.log().contains("server.clock"), "it says what to remove if the clock is right now");
    });
}

#[test]
fn atk_t02_a_clock_set_far_ahead_refuses_and_leaves_nothing_behind() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        let (token, endless) = (ten_seconds(&app), app.token("endless", &[]));
        app.set_clocks(NOON + TEN_YEARS, NOON + 1);
        assert_eq!((app.whoami(&token), app.whoami(&endless)), (401, 200));
        assert!(clock_part(&app).contains("ahead"), "{}", clock_part(&app));
        app.set_clocks(NOON + 2, NOON + 2);
        assert_eq!((app.whoami(&token), app.whoami(&endless)), (200, 200));
        app.server.kill();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        assert_eq!(app.whoami(&token), 200);
    });
}

#[test]
fn atk_t03_p32_a_clock_that_differs_from_the_database_is_not_ready() {
    let database = Database::fresh(Kind::Postgres);
    let now: i64 =
        database.sql("SELECT extract(epoch FROM clock_timestamp())::bigint").unwrap().trim().parse().unwrap();
    let mut app = App::at(database, now);
    app.server.kill();
    app.program = app.program.with("TOKENWARD_DATABASE_CLOCK", "compare");
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    let database_now = || -> i64 {
        app.database.sql("SELECT extract(epoch FROM clock_timestamp())::bigint").unwrap().trim().parse().unwrap()
    };
    for (beyond, status) in [(0, 200), (45, 503), (0, 200), (10, 200)] {
        app.set_clocks(database_now() + beyond, database_now());
        let ready = app.server.client().get("/readyz");
        assert_eq!(ready.status, status, "{beyond} s: {}", ready.text);
    }
    assert!(clock_part(&app).contains("off the database's"), "{}", clock_part(&app));
}

#[test]
fn atk_t04_p34_a_clock_outside_all_calendars_stops_nothing() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        let endless = app.token("endless", &[]);
        for micros in [i64::MIN, -1, i64::MAX] {
            app.server.kill();
            let _ = std::fs::remove_file(app.database.folder().join("server.clock"));
            app.set_clocks_to_micros(micros, 0);
            app.server = Server::start(&app.program, app.database.folder().join("server.log"));
            assert_eq!(app.whoami(&endless), 200, "{micros}");
            let listed = app.server.client().bearer(&app.admin_text).get("/api/v1/tokens").status;
            assert_eq!(listed, 200, "{micros}");
        }
    });
}
