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
}

impl Drop for Held {
    fn drop(&mut self) {
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
