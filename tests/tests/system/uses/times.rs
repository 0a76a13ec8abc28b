//! Times: UTC everywhere, and what ends at the same second.

use serde_json::json;
use token_testkit::{Server, on_each_database};

use crate::app::App;

/// 2030-03-17T17:46:40Z.
const START: i64 = 1_900_000_000;

#[test]
fn atk_t05_utc_everywhere_whatever_zone_and_language_the_machine_has() {
    on_each_database(|database| {
        let mut app = App::at(database, START);
        for (name, value) in [("TZ", "America/New_York"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")] {
            app.program = app.program.clone().with(name, value);
        }
        app.server.kill();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        // In New York, 02:30 on the tenth of March 2030 does not exist, and 01:30 on the third of November comes twice.
        for (given, stored) in [
            ("2030-03-31", "2030-04-01T00:00:00Z"),
            ("2031-03-09T02:30:00Z", "2031-03-09T02:30:00Z"),
            ("2030-11-03T01:30:00Z", "2030-11-03T01:30:00Z"),
            ("2030-11-03T01:30:00-05:00", "2030-11-03T06:30:00Z"),
            ("2030-11-03T01:30:00-04:00", "2030-11-03T05:30:00Z"),
        ] {
            let body = json!({"name": "t", "expires_at": given});
            let token = app.admin.post("/api/v1/tokens", &body).expect(201).json();
            assert_eq!(token["expires_at"], stored, "{given}");
            assert_eq!(token["created_at"], "2030-03-17T17:46:40Z");
        }
        let today = app.admin.get("/api/v1/events?from=2030-03-17&until=2030-03-17&limit=500").expect(200).json();
        let all = app.admin.get("/api/v1/events?limit=500").expect(200).json();
        assert_eq!(today["items"], all["items"], "a day is a day of UTC");
        // In Turkish, `i` is no small `I`; here it is, on every machine.
        let _ = app.role("TITLE", &[]);
        let _ = app.admin.post("/api/v1/roles", &json!({"name": "title"})).expect(409);
        let _ = app.role("tıtle", &[]);
        let found = app.admin.get("/api/v1/roles?name=tit").expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let listed = app.program.run(&["token", "list", "--json"]).ok().json();
        assert!(listed["items"].as_array().unwrap().iter().all(|token| token["created_at"] == "2030-03-17T17:46:40Z"));
    });
}

#[test]
fn atk_t09_expiry_and_revocation_in_the_same_second_refuse_and_the_revocation_stays() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let token = app.token_with(&json!({"name": "t", "expires_at": "2030-03-17T17:46:50Z"}));
        let path = format!("/api/v1/tokens/{}", token.id);
        app.set_clock(START + 10);
        assert_eq!(app.whoami(&token), 401);
        let revoked = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200).json();
        assert_eq!((&revoked["state"], &revoked["revoked"]["at"]), (&json!("revoked"), &json!("2030-03-17T17:46:50Z")));
        for now in [START + 10, START + 9, START, START + 11] {
            app.set_clock(now);
            let refused = app.as_token(&token).get("/api/v1/whoami").expect(401);
            assert!(refused.text.contains("revoked"), "at {now}: {}", refused.text);
            assert_eq!(app.admin.get(&path).expect(200).json()["state"], "revoked", "at {now}");
        }
    });
}

#[test]
fn atk_t09_an_expired_caller_changes_nothing() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let role = app.role("Clerk", &["allow tokens:*", "allow roles:*"]);
        let body = json!({"name": "clerk", "roles": [role], "expires_at": "2030-03-17T17:46:50Z"});
        let clerk = app.as_token(&app.token_with(&body));
        let target = app.token("target", &[]);
        let path = format!("/api/v1/tokens/{}", target.id);
        app.set_clock(START + 9);
        let _ = clerk.patch(&path, 1, &json!({"name": "in time"})).expect(200);
        app.set_clock(START + 10);
        for refused in [
            clerk.patch(&path, 2, &json!({"name": "late"})),
            clerk.post(&format!("{path}/revoke"), &json!({})),
            clerk.post(&format!("{path}/reveal"), &json!({})),
            clerk.delete(&path),
            clerk.post("/api/v1/tokens", &json!({"name": "x"})),
            clerk.get("/api/v1/tokens"),
        ] {
            assert!(refused.expect(401).text.contains("expired"));
        }
        assert_eq!(app.admin.get(&path).expect(200).json()["name"], "in time");
        assert_eq!(app.whoami(&target), 200);
    });
}

#[test]
fn atk_t10_an_end_that_is_no_moment_ahead_is_refused() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let with =
            |end: serde_json::Value| app.admin.post("/api/v1/tokens", &json!({"name": "t", "expires_at": end})).status;
        for number in [json!(0), json!(-1), json!(1e18), json!(0.5), json!(START + 60)] {
            assert_eq!(with(number.clone()), 400, "{number}");
        }
        for text in [
            "0",
            "-1",
            "1e18",
            "0.5",
            "PT1H",
            "2030-03-17T17:46:40Z",
            "2030-03-17T17:46:39Z",
            "2030-03-16",
            "1970-01-01",
        ] {
            assert_eq!(with(json!(text)), 422, "{text}");
        }
        // The very next second, and the end of this very day, are ahead.
        for text in ["2030-03-17T17:46:41Z", "2030-03-17"] {
            assert_eq!(with(json!(text)), 201, "{text}");
        }
        let listed = app.admin.get("/api/v1/tokens").expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn atk_t04_p34_ends_at_the_turns_of_calendars_and_counters_are_kept_to_the_second() {
    on_each_database(|database| {
        let app = App::at(database, START);
        // The day that only leap years have, and the ends of 31 and of 32 bits of seconds.
        let ends = [
            ("2032-02-29T00:00:00Z", 1_961_625_600),
            ("2032-03-01T00:00:00Z", 1_961_712_000),
            ("2038-01-19T03:14:08Z", 1_i64 << 31),
            ("2106-02-07T06:28:16Z", 1_i64 << 32),
            ("9999-01-01T00:00:00Z", 253_370_764_800),
        ];
        for (end, second) in ends {
            let token = app.token_with(&json!({"name": end, "expires_at": end}));
            for (now, status) in [(second - 1, 200), (second, 401), (second + 1, 401)] {
                app.set_clock(now);
                assert_eq!(app.whoami(&token), status, "{end} at {now}");
            }
            let path = format!("/api/v1/tokens/{}", token.id);
            assert_eq!(app.admin.get(&path).expect(200).json()["expires_at"], end);
        }
        // The log is in order over all of them.
        let events = app.admin.get("/api/v1/events?limit=500").expect(200).json();
        let times: Vec<&str> =
            events["items"].as_array().unwrap().iter().map(|event| event["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|newer, older| older <= newer), "{times:?}");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
        for none in ["2031-02-29", "2100-02-29", "2030-06-30T23:59:60Z", "2030-12-31T24:00:00Z"] {
            let _ = app.admin.post("/api/v1/tokens", &json!({"name": "t", "expires_at": none})).expect(422);
        }
    });
}
