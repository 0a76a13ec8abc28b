//! No room on the disk of the database: nothing that was said is lost, nothing is half done, calls go on, and the
//! server works again by itself when there is room.

use std::process::Command;

use serde_json::{Value, json};
use token_testkit::{Answer, Kind, on_each_database};

use crate::app::{App, Made};

/// On SQLite no file of the server grows any more; on PostgreSQL the server says what it says when its disk is full.
struct NoRoom<'a>(&'a App);

impl<'a> NoRoom<'a> {
    fn now(app: &'a App) -> Self {
        match app.database.kind {
            Kind::Sqlite => {
                // What is written is appended to this file, until all of it is in the database.
                let log = app.database.folder().join("tokenward.db-wal");
                let size = std::fs::metadata(log).expect("the log of the database").len();
                limit(app, &size.to_string());
            }
            Kind::Postgres => {
                let statements = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                    RAISE EXCEPTION 'could not extend file \"base/1/2\": No space left on device' \
                    USING ERRCODE = '53100'; END $$; \
                    CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION full_disk();";
                app.database.sql(statements).unwrap();
            }
        }
        Self(app)
    }
}

impl Drop for NoRoom<'_> {
    fn drop(&mut self) {
        match self.0.database.kind {
            Kind::Sqlite => limit(self.0, "unlimited"),
            Kind::Postgres => drop(self.0.database.sql("DROP TRIGGER full_disk ON events")),
        }
    }
}

/// The most bytes of any file the server writes from now on.
fn limit(app: &App, bytes: &str) {
    let mut command = Command::new("prlimit");
    let done = command.args(["--pid", &app.server.id().to_string(), &format!("--fsize={bytes}:unlimited")]).status();
    assert!(done.expect("prlimit is there").success());
}

/// Every change there is of a token and a role, each as one call.
fn changes(app: &App, token: &Made, role: &str) -> Vec<Answer> {
    let path = format!("/api/v1/tokens/{}", token.id);
    let post = |path: &str, body: Value| app.admin.post(path, &body);
    vec![
        post("/api/v1/tokens", json!({"name": "new"})),
        app.admin.patch(&path, 1, &json!({"name": "edited"})),
        post(&format!("{path}/reveal"), json!({})),
        post(&format!("{path}/rotate"), json!({"old_ends": "now"})),
        post(&format!("{path}/revoke"), json!({})),
        app.admin.delete(&path),
        post("/api/v1/roles", json!({"name": "new"})),
        app.admin.patch(&format!("/api/v1/roles/{role}"), 1, &json!({"description": "edited"})),
    ]
}

#[test]
fn p25_atk_m09_without_room_changes_say_so_calls_go_on_and_nothing_is_half_done() {
    on_each_database(|database| {
        let program = database.program().through(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
        let app = App::with(database, program);
        let role = app.role("r", &["allow assets:read"]);
        let token = app.token("t", &[&role]);
        let before = app.database.dump();
        {
            let _no_room = NoRoom::now(&app);
            for answer in changes(&app, &token, &role) {
                assert_eq!(answer.status, 503, "{answer:?}");
                assert!(answer.header("retry-after").is_some() && answer.text.contains("Nothing was changed"));
                assert!(!answer.text.contains("base/1/2"), "{}", answer.text);
            }
            assert_eq!(app.whoami(&token), 200, "calls go on");
            let _ = app.admin.get("/api/v1/tokens").expect(200);
            let _ = app.server.client().get("/healthz").expect(200);
        }
        assert_eq!(rows(&app.database.dump()), rows(&before), "nothing is half done");
        for (answer, status) in changes(&app, &token, &role).iter().zip([201, 200, 200, 201, 200, 204, 201, 200]) {
            assert_eq!(answer.status, status, "{answer:?}");
        }
        assert_eq!(app.whoami(&token), 401);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

/// What a dump says of rows; calls are counted meanwhile.
fn rows(dump: &str) -> Vec<&str> {
    dump.lines().filter(|line| line.starts_with("INSERT") && !line.contains("token_usage")).collect()
}
