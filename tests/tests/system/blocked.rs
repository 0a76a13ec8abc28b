//! Somebody else holds a lock that the server needs: nothing is half done, nobody is told a fairy tale, and whoever needs
//! no database is served.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Answer, Database, Kind, on_each_database};

use crate::app::App;

/// Another session that took a lock; lets go when it ends.
struct Held(Child);

impl Held {
    /// The lock every write takes first.
    fn take(database: &Database) -> Self {
        let lock = match database.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE;\n",
            Kind::Postgres => "BEGIN; SELECT 1 FROM event_head FOR UPDATE;\n",
        };
        Self::by(database, lock)
    }

    fn by(database: &Database, lock: &str) -> Self {
        let mut command = match database.kind {
            Kind::Sqlite => {
                let mut command = Command::new("sqlite3");
                command.arg(database.folder().join("tokenward.db"));
                command
            }
            Kind::Postgres => {
                let mut command = Command::new("psql");
                command.args(["-X", "-q", "-A", "-t", &database.address()]);
                command
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

/// Many more than there are connections to the database.
const CROWD: usize = 40;

/// Whether somebody whom the database kept waiting was told to come back, and not what was asked for.
#[track_caller]
fn is_refused(answer: &Answer) -> bool {
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    let is_refused = answer.status == 503;
    assert_eq!(answer.header("retry-after").is_some(), is_refused, "{answer:?}");
    is_refused
}

/// An embedded database lets everybody read whoever writes: there is no lock that would take its connections away.
#[test]
fn atk_d13_with_every_connection_taken_questions_are_answered_503_and_calls_pass() {
    let database = Database::fresh(Kind::Postgres);
    // A busy machine may take its time: this is no test of the lease.
    let program = database.program().with("TOKENWARD_LEASE", "20s");
    let app = App::with(database, program);
    let (warm, cold) = (app.token("warm", &[]), app.token("cold", &[]));
    let caller = app.as_token(&warm);
    let _ = caller.get("/api/v1/whoami").expect(200);
    let questions = |number: usize| match number {
        0 => (app.as_token(&cold), "/api/v1/whoami".to_owned()),
        _ if number.is_multiple_of(2) => (app.admin.clone(), "/api/v1/tokens?limit=5".to_owned()),
        _ => (app.admin.clone(), format!("/api/v1/tokens/{}", cold.id)),
    };
    let (over, mut passed) = (AtomicBool::new(false), 0);
    let refused = {
        let _held = Held::by(&app.database, "BEGIN; LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE;\n");
        std::thread::scope(|scope| {
            let ask = |number| {
                let (client, path) = questions(number);
                scope.spawn(move || client.send("GET", &path, None))
            };
            let crowd: Vec<_> = (0..CROWD).map(ask).collect();
            let told = scope.spawn(|| {
                // It is over also when one of them fails.
                let answers: Vec<_> = crowd.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
                over.store(true, Ordering::SeqCst);
                answers
            });
            while !over.load(Ordering::SeqCst) {
                let _ = caller.get("/api/v1/whoami").expect(200);
                passed += 1;
                sleep(Duration::from_millis(10));
            }
            let answers = told.join().unwrap().into_iter().map(|answer| answer.unwrap().expect("an answer"));
            answers.filter(is_refused).count()
        })
    };
    println!("{refused} of {CROWD} were told to come back, {passed} calls passed meanwhile");
    assert_eq!(refused, CROWD, "nobody could read");
    assert!(0 < passed, "a token that is known needs no connection");
    for number in 0..3 {
        let (client, path) = questions(number);
        let _ = client.get(&path).expect(200);
    }
}
