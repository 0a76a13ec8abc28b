//! How often tokens were used: exact numbers, few writes, and nothing but numbers at stake.

mod minute;

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use token_testkit::{Database, Kind, Server, is_long, on_each_database};

use crate::app::{App, Made};

/// The beginning of a day, and of an interval in which calls are counted.
const DAY: i64 = 21_991 * 86_400;
const INTERVAL: i64 = 10;

/// Callers at once, and calls of each.
const CALLERS: usize = 256;
const CALLS: usize = 12;

/// The id of a token as the database is asked for it.
fn key(app: &App, token: &Made) -> String {
    let hex = token.id.replace('-', "");
    if app.database.kind == Kind::Sqlite { format!("x'{hex}'") } else { format!("'\\x{hex}'") }
}

/// What the database says in one number.
fn number(app: &App, statement: &str) -> i64 {
    let told = app.database.sql(statement).unwrap();
    told.trim().parse().unwrap_or_else(|_| unreachable!("{statement}: {told}"))
}

/// The numbers of one day: admitted, forbidden, expired, revoked, superseded, address.
fn day(usage: &Value, day: &str) -> [u64; 6] {
    let days = usage["days"].as_array().unwrap();
    let day = days.iter().find(|of| of["day"] == day).unwrap_or_else(|| unreachable!("{day}: {usage}"));
    ["admitted", "forbidden", "expired", "revoked", "superseded", "address"].map(|name| day[name].as_u64().unwrap())
}

fn usage(app: &App, token: &Made) -> Value {
    app.admin.get(&format!("/api/v1/tokens/{}/usage", token.id)).expect(200).json()
}

/// Waits until what is told of a token is this.
#[track_caller]
fn told(app: &App, token: &Made, fits: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1_000 {
        let usage = usage(app, token);
        if fits(&usage) {
            return usage;
        }
        sleep(Duration::from_millis(10));
    }
    unreachable!("{}", usage(app, token));
}

/// Counts, behind the program's back, how often numbers of a token are written.
fn count_writes(app: &App, token: &Made) {
    let key = key(app, token);
    let statement = if app.database.kind == Kind::Sqlite {
        let trigger = |when: &str| {
            format!(
                "CREATE TRIGGER counted_{when} AFTER {when} ON token_usage_days WHEN NEW.token_id = {key} \
                 BEGIN INSERT INTO writes VALUES (1); END;"
            )
        };
        format!("CREATE TABLE writes (n INTEGER); {} {}", trigger("INSERT"), trigger("UPDATE"))
    } else {
        format!(
            "CREATE TABLE writes (n BIGINT); CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO writes VALUES (1); RETURN NULL; END $$; \
             CREATE TRIGGER counted AFTER INSERT OR UPDATE ON token_usage_days FOR EACH ROW \
             WHEN (NEW.token_id = {key}) EXECUTE FUNCTION counted()"
        )
    };
    let _ = app.database.sql(&statement).unwrap();
}

#[test]
fn x09_counts_are_exact_after_a_clean_stop() {
    if is_long() {
        on_each_database(minute::counts_are_exact);
        return;
    }
    on_each_database(|database| {
        let mut app = App::at(database, DAY);
        let token = app.token("busy", &[]);
        count_writes(&app, &token);
        let clients: Vec<_> = (0..CALLERS).map(|_| app.server.client().bearer(&token.text)).collect();
        let intervals = std::thread::scope(|scope| {
            let calls = |client: &token_testkit::Client| (0..CALLS).all(|_| client.get("/api/v1/whoami").status == 200);
            let callers: Vec<_> = clients.iter().map(|client| scope.spawn(move || calls(client))).collect();
            let mut intervals = 0;
            // An interval is over whenever some more callers are done.
            for (number, caller) in callers.into_iter().enumerate() {
                assert!(caller.join().unwrap());
                if number % 32 == 0 {
                    intervals += 1;
                    app.set_clock(DAY + intervals * INTERVAL);
                }
            }
            intervals
        });
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
        let all = i64::try_from(CALLERS * CALLS).unwrap();
        let key = key(&app, &token);
        let sum = format!("SELECT sum(admitted) FROM token_usage_days WHERE token_id = {key}");
        assert_eq!(number(&app, &sum), all);
        let writes = number(&app, "SELECT count(*) FROM writes");
        assert!((1..=intervals + 1).contains(&writes), "{writes} writes in {intervals} intervals");
        // A new life of the server goes on with them.
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        assert_eq!(app.whoami(&token), 200);
        app.set_clock(DAY + 100 * INTERVAL);
        let usage = told(&app, &token, |usage| day(usage, "2030-03-18")[0] == u64::try_from(all).unwrap() + 1);
        assert_eq!(usage["addresses"].as_array().unwrap().len(), 1);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn x09_each_call_counts_to_its_day_by_what_became_of_it() {
    on_each_database(|database| {
        let app = App::at(database, DAY);
        let end = "2030-03-18T00:00:30Z";
        let token = app.token_with(&json!({"name": "weak", "expires_at": end}));
        let (revoked, elsewhere) = (
            app.token("revoked", &[]),
            app.token_with(&json!({"name": "elsewhere", "allowed_networks": ["10.0.0.0/8"]})),
        );
        for _ in 0..3 {
            assert_eq!(app.whoami(&token), 200);
            assert_eq!(app.whoami(&revoked), 200);
            assert_eq!(app.whoami(&elsewhere), 401);
        }
        for _ in 0..2 {
            let _ = app.as_token(&token).get("/api/v1/roles").expect(403);
        }
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        for _ in 0..4 {
            assert_eq!(app.whoami(&revoked), 401);
        }
        let before = usage(&app, &token);
        assert_eq!((&before["last_used"], day(&before, "2030-03-18")), (&Value::Null, [0; 6]), "no call writes");
        app.set_clock(DAY + INTERVAL);
        let usage = told(&app, &token, |usage| day(usage, "2030-03-18") == [5, 2, 0, 0, 0, 0]);
        assert_eq!(usage["last_used"], "2030-03-18T00:00:00Z");
        let from = json!([{"address": "127.0.0.1", "at": "2030-03-18T00:00:00Z"}]);
        assert_eq!(usage["addresses"], from);
        let days = usage["days"].as_array().unwrap();
        assert_eq!((days.len(), &days[0]["day"], &days[29]["day"]), (30, &json!("2030-02-17"), &json!("2030-03-18")));
        let _ = told(&app, &revoked, |usage| day(usage, "2030-03-18") == [3, 0, 0, 4, 0, 0]);
        let never = told(&app, &elsewhere, |usage| day(usage, "2030-03-18") == [0, 0, 0, 0, 0, 3]);
        assert_eq!((&never["last_used"], &never["addresses"]), (&Value::Null, &json!([])), "refused is not used");

        let path = format!("/api/v1/tokens/{}/rotate", token.id);
        let rotated = app.admin.post(&path, &json!({"old_ends": "now", "expires_at": end})).expect(201).json();
        assert_eq!(app.whoami(&token), 401, "superseded");
        app.set_clock(DAY + 40);
        let _ = told(&app, &token, |usage| day(usage, "2030-03-18") == [5, 2, 0, 0, 1, 0]);
        let newer = Made { id: token.id.clone(), text: rotated["token"].as_str().unwrap().to_owned() };
        assert_eq!(app.whoami(&newer), 401, "expired");
        // The interval that is not over yet belongs to the day it began on.
        app.set_clock(DAY + 86_400);
        let usage = told(&app, &token, |usage| day(usage, "2030-03-18") == [5, 2, 1, 0, 1, 0]);
        assert_eq!(day(&usage, "2030-03-19"), [0; 6]);
        assert_eq!(app.whoami(&revoked), 401);
        app.set_clock(DAY + 86_400 + INTERVAL);
        let usage = told(&app, &revoked, |usage| day(usage, "2030-03-19") == [0, 0, 0, 1, 0, 0]);
        assert_eq!(day(&usage, "2030-03-18"), [3, 0, 0, 4, 0, 0]);
        // None of it is an event, and none of it moves the version of a token.
        assert_eq!(app.admin.get(&format!("/api/v1/tokens/{}", revoked.id)).expect(200).json()["version"], 2);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn x09_a_deleted_token_takes_its_usage_away() {
    on_each_database(|database| {
        let mut app = App::at(database, DAY);
        let (gone, kept) = (app.token("gone", &[]), app.token("kept", &[]));
        assert_eq!((app.whoami(&gone), app.whoami(&kept)), (200, 200));
        app.set_clock(DAY + INTERVAL);
        let _ = told(&app, &gone, |usage| day(usage, "2030-03-18")[0] == 1);
        // Counted, and not handed over yet.
        assert_eq!((app.whoami(&gone), app.whoami(&kept)), (200, 200));
        let path = format!("/api/v1/tokens/{}", gone.id);
        let _ = app.admin.delete(&path).expect(204);
        let _ = app.admin.get(&format!("{path}/usage")).expect(404);
        app.set_clock(DAY + 2 * INTERVAL);
        let _ = told(&app, &kept, |usage| day(usage, "2030-03-18")[0] == 2);
        app.server.terminate();
        assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
        for table in ["token_usage", "token_usage_days"] {
            let rows =
                |token| number(&app, &format!("SELECT count(*) FROM {table} WHERE token_id = {}", key(&app, token)));
            assert_eq!((rows(&gone), rows(&kept)), (0, 1), "{table}");
        }
        assert!(!app.server.log().contains("could not be stored"), "{}", app.server.log());
    });
}

#[test]
fn x09_a_node_that_is_killed_loses_an_interval_of_counts_and_nothing_else() {
    on_each_database(|database| {
        let mut app = App::at(database, DAY);
        let token = app.token("busy", &[]);
        (0..7).for_each(|_| assert_eq!(app.whoami(&token), 200));
        app.set_clock(DAY + INTERVAL);
        let _ = told(&app, &token, |usage| day(usage, "2030-03-18")[0] == 7);
        (0..5).for_each(|_| assert_eq!(app.whoami(&token), 200));
        let late = app.token("late", &[]);
        app.server.kill();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        assert_eq!((app.whoami(&token), app.whoami(&late)), (200, 200));
        app.set_clock(DAY + 2 * INTERVAL);
        let _ = told(&app, &token, |usage| day(usage, "2030-03-18")[0] == 8);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn x09_what_two_nodes_counted_adds_up() {
    let mut app = App::at(Database::fresh(Kind::Postgres), DAY);
    let mut other = Server::start(&app.program, app.database.folder().join("other.log"));
    let token = app.token("busy", &[]);
    let there = other.client().bearer(&token.text);
    for _ in 0..6 {
        assert_eq!(app.whoami(&token), 200);
        let _ = there.get("/api/v1/whoami").expect(200);
        let _ = there.get("/api/v1/roles").expect(403);
    }
    other.terminate();
    app.server.terminate();
    assert_eq!((other.wait(), app.server.wait()), (Some(0), Some(0)));
    let sum = format!("SELECT admitted * 100 + forbidden FROM token_usage_days WHERE token_id = {}", key(&app, &token));
    assert_eq!(number(&app, &sum), 1_806);
}

#[test]
fn x09_tokens_that_nobody_uses_are_found() {
    on_each_database(|database| {
        let app = App::at(database, DAY);
        let (early, often, _never) = (app.token("early", &[]), app.token("often", &[]), app.token("never", &[]));
        assert_eq!((app.whoami(&early), app.whoami(&often)), (200, 200));
        app.set_clock(DAY + 1_000);
        let _late = app.token("late", &[]);
        assert_eq!(app.whoami(&often), 200);
        app.set_clock(DAY + 2_000);
        let _ = told(&app, &often, |usage| usage["last_used"] == "2030-03-18T00:16:40Z");
        let names = |query: &str| {
            let page = app.admin.get(&format!("/api/v1/tokens?sort=name&{query}")).expect(200).json();
            let name = |token: &Value| token["name"].as_str().unwrap().to_owned();
            page["items"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names("unused_since=2030-03-18T00:10:00Z"), ["early", "never"], "a younger token is not unused");
        assert_eq!(names("unused_since=2030-03-18"), Vec::<String>::new(), "none is so old");
        assert_eq!(names("unused_since=2030-03-19"), Vec::from(["early", "late", "never", "often", "root"]));
        assert_eq!(names("unused_since=2030-03-18T00:10:00Z&name=nev&state=active"), ["never"]);
        let refused = app.admin.get("/api/v1/tokens?unused_since=lately").expect(400);
        assert_eq!(refused.json()["errors"][0]["pointer"], "?unused_since");
        let listed = app.program.run(&["token", "list", "--unused-since", "2030-03-18T00:10:00Z", "--count", "--json"]);
        assert_eq!(listed.ok().json(), json!({"total": 2, "total_is_exact": true}));
    });
}
