//! Calls that meet at the real program: whoever is first wins, nothing is half done, and nobody is told a 5xx but to
//! come back because the database was busy.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use token_testkit::{Answer, on_each_database};

use crate::app::{App, made};

/// How often two calls are made to meet.
const ROUNDS: usize = 10;

fn path(id: &str) -> String {
    format!("/api/v1/tokens/{id}")
}

/// Makes a call again for which the database had no time: nothing was changed by it, and the answer says so.
fn insist(call: impl Fn() -> Answer) -> Answer {
    for _ in 0..100 {
        let answer = call();
        if answer.status != 503 {
            return answer;
        }
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    call()
}

fn at_once(one: impl Fn() -> Answer + Sync, other: impl Fn() -> Answer + Sync) -> (Answer, Answer) {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            barrier.wait();
            insist(&one)
        });
        barrier.wait();
        let second = insist(&other);
        (first.join().unwrap(), second)
    })
}

#[test]
fn p41_atk_a16_an_edit_that_meets_a_revocation_is_saved_before_it_or_refused() {
    on_each_database(|database| {
        let app = App::start(database);
        for round in 0..ROUNDS {
            let token = app.token("t", &[]);
            let path = path(&token.id);
            let (editor, revoker) = (app.admin.clone(), app.admin.clone());
            let (edited, revoked) = at_once(
                || editor.patch(&path, 1, &json!({"name": "other"})),
                || revoker.post(&format!("{path}/revoke"), &json!({})),
            );
            assert_eq!(revoked.status, 200, "round {round}: {revoked:?}");
            let after = app.admin.get(&path).expect(200).json();
            assert_eq!(after["state"], "revoked");
            let name = match edited.status {
                200 => "other",
                409 | 412 => "t",
                _ => panic!("round {round}: {edited:?}"),
            };
            assert_eq!(after["name"], name, "round {round}");
            assert_eq!(app.whoami(&token), 401);
        }
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p41_atk_a20_a_token_that_is_shown_and_deleted_at_once_is_shown_or_is_not_there() {
    on_each_database(|database| {
        let app = App::start(database);
        for round in 0..ROUNDS {
            let token = app.token("t", &[]);
            let path = path(&token.id);
            let (shower, deleter) = (app.admin.clone(), app.admin.clone());
            let (shown, deleted) =
                at_once(|| shower.post(&format!("{path}/reveal"), &json!({})), || deleter.delete(&path));
            assert_eq!(deleted.status, 204, "round {round}: {deleted:?}");
            match shown.status {
                200 => assert_eq!(shown.json()["token"].as_str(), Some(token.text.as_str())),
                404 => assert!(!shown.text.contains(&token.text)),
                _ => panic!("round {round}: {shown:?}"),
            }
            assert_eq!((app.admin.get(&path).status, app.whoami(&token)), (404, 401));
        }
    });
}

#[test]
fn p40_of_fifty_saves_of_one_version_one_wins() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let path = path(&token.id);
        let barrier = Barrier::new(50);
        let answers: Vec<(String, Answer)> = thread::scope(|scope| {
            let calls: Vec<_> = (0..50)
                .map(|number| {
                    let (client, path, barrier) = (app.admin.clone(), &path, &barrier);
                    scope.spawn(move || {
                        let name = format!("name {number}");
                        barrier.wait();
                        let answer = insist(|| client.patch(path, 1, &json!({"name": name})));
                        (name, answer)
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let with = |status: u16| answers.iter().filter(|(_, answer)| answer.status == status).count();
        assert_eq!((with(200), with(412)), (1, 49));
        let winner = answers.iter().find(|(_, answer)| answer.status == 200).unwrap();
        let after: Value = app.admin.get(&path).expect(200).json();
        assert_eq!(after["name"], winner.0.as_str());
        let updated = app.database.sql("SELECT count(*) FROM events WHERE kind = 'token.updated'").unwrap();
        assert_eq!(updated.trim(), "1", "one event for the one that was saved");
    });
}

/// Sends a whole request that makes a token, and leaves its answer where it is.
fn sent(app: &App, key: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.server.address().trim_start_matches("http://")).unwrap();
    let request = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: tokenward\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        app.admin_text,
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

#[test]
fn p21_a_connection_cut_before_its_answer_was_read_and_the_same_request_again_give_one_token() {
    on_each_database(|database| {
        let app = App::start(database);
        let named = |name: &str| {
            app.database.sql(&format!("SELECT count(*) FROM tokens WHERE name = '{name}'")).unwrap().trim().to_owned()
        };
        let again = |key: &str, name: &str| {
            let client = app.admin.with("Idempotency-Key", key);
            insist(|| client.post("/api/v1/tokens", &json!({"name": name})))
        };
        // The answer has come as far as this machine, and nobody reads it.
        let lost = sent(&app, "lost", "{\"name\":\"lost\"}");
        lost.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(lost.peek(&mut [0]).unwrap(), 1);
        assert_eq!(named("lost"), "1");
        drop(lost);
        let replayed = again("lost", "lost").expect(201);
        assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
        assert_eq!(app.whoami(&made(&replayed)), 200);
        // Cut at once: the server may be anywhere in it, or have heard nothing.
        for round in 0..ROUNDS {
            let (key, name) = (format!("cut-{round}"), format!("cut {round}"));
            let cut = sent(&app, &key, &format!("{{\"name\":\"{name}\"}}"));
            if round % 2 == 0 {
                cut.shutdown(Shutdown::Both).unwrap();
            }
            drop(cut);
            let first = again(&key, &name).expect(201);
            let second = again(&key, &name).expect(201);
            assert_eq!(second.text, first.text, "round {round}");
            assert_eq!(named(&name), "1", "round {round}");
            assert_eq!(app.whoami(&made(&first)), 200);
        }
        // Half closed: the client says that it has sent everything, and reads to the end.
        let mut half = sent(&app, "half", "{\"name\":\"half\"}");
        half.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        half.shutdown(Shutdown::Write).unwrap();
        let mut ignored = Vec::new();
        let _ = half.read_to_end(&mut ignored);
        let _ = again("half", "half").expect(201);
        assert_eq!(named("half"), "1");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
