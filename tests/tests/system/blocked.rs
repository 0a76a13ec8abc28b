//! Somebody else holds the lock of the log: nothing is half done, and nobody is told a fairy tale.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use token_testkit::{Database, Kind, on_each_database};

use crate::app::App;

/// Another session that took the lock every write takes first; lets go when it ends.
struct Held(Child);

impl Held {
    fn take(database: &Database) -> Self {
        let (mut command, lock) = match database.kind {
            Kind::Sqlite => {
                let mut command = Command::new("sqlite3");
                command.arg(database.folder().join("tokenward.db"));
                (command, "BEGIN IMMEDIATE;\n")
            }
            Kind::Postgres => {
                let mut command = Command::new("psql");
                command.args(["-X", "-q", "-A", "-t", &database.address()]);
                (command, "BEGIN; SELECT 1 FROM event_head FOR UPDATE;\n")
            }
        };
        let mut session = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a session");
        let input = session.stdin.as_mut().expect("its input");
        input.write_all(lock.as_bytes()).and_then(|()| input.write_all(b"SELECT 'held';\n")).expect("it listens");
        input.flush().expect("it listens");
        let answers = BufReader::new(session.stdout.take().expect("its output"));
        assert!(answers.lines().map_while(Result::ok).any(|line| line == "held"), "the lock is held");
        Self(session)
    }

    /// `-STOP` lets it sleep in the middle of its transaction, `-CONT` go on.
    fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(done.is_ok_and(|status| status.success()), "{signal}");
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.signal("-CONT");
        // The end of its input ends the session, and with it the transaction.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn p14_a_revocation_that_cannot_be_written_says_so_and_is_done_when_it_is_asked_again() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}/revoke", token.id);
        let count = || app.database.sql("SELECT count(*) FROM events").unwrap();
        let before = count();
        {
            let _held = Held::take(&app.database);
            let refused = app.admin.post(&path, &json!({})).expect(503);
            assert!(refused.header("retry-after").is_some());
            assert!(refused.text.contains("Nothing was changed"), "{}", refused.text);
            assert_eq!(app.whoami(&token), 200, "calls go on, and it is not revoked");
        }
        assert_eq!(count(), before, "nothing is half done");
        let _ = app.admin.post(&path, &json!({})).expect(200);
        let _ = app.admin.post(&path, &json!({})).expect(200);
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn p14_a_client_that_is_paused_inside_its_transaction_holds_changes_up_and_spoils_none() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Reader", &["allow assets:read"]);
        let token = app.token("t", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let state = || {
            let of = |table: &str| app.database.sql(&format!("SELECT count(*) FROM {table}")).unwrap();
            (app.admin.get(&path).expect(200).text, of("tokens"), of("roles"), of("credentials"), of("events"))
        };
        let before = state();
        {
            let held = Held::take(&app.database);
            // It does not even answer the database any more.
            held.signal("-STOP");
            let admin = &app.admin;
            std::thread::scope(|scope| {
                let calls = [
                    scope.spawn(|| admin.clone().post(&format!("{path}/revoke"), &json!({}))),
                    scope.spawn(|| {
                        admin.clone().post("/api/v1/tokens/bulk", &json!({"ids": [token.id], "action": "revoke"}))
                    }),
                    scope.spawn(|| admin.clone().patch(&path, 1, &json!({"name": "other"}))),
                    scope.spawn(|| admin.clone().post(&format!("{path}/rotate"), &json!({"old_ends": "now"}))),
                    scope.spawn(|| admin.clone().post("/api/v1/tokens", &json!({"name": "new"}))),
                    scope.spawn(|| admin.clone().delete(&format!("/api/v1/roles/{role}"))),
                    scope.spawn(|| admin.clone().delete(&path)),
                ];
                for call in calls {
                    let refused = call.join().unwrap().expect(503);
                    assert!(refused.header("retry-after").is_some());
                    assert!(refused.text.contains("Nothing was changed"), "{}", refused.text);
                }
            });
            assert_eq!(app.whoami(&token), 200, "calls go on");
        }
        assert_eq!(state(), before, "nothing is half done, and nothing is done later");
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
        assert_eq!(app.whoami(&token), 401);
    });
}
