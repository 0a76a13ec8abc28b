//! The program dies, at every step of a write and at any moment under load; another process judges what is left.
#![cfg(feature = "failpoints")]

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Server, on_each_database};

use crate::app::App;
use crate::judge::{Acknowledged, disagreements, judge, one_life};

/// A life of a token writes four times; a start may write, too. More hits than this no stop can have.
const MOST_HITS: usize = 12;

#[test]
fn p20_killed_at_every_named_stop_of_every_change_nothing_is_half_there() {
    on_each_database(|database| {
        let mut app = App::start(database);
        for stop in token_store::FAILPOINTS {
            app.server.kill();
            let mut deaths = 0;
            // The n-th hit for n = 1, 2, 3 …, until a whole life passes untouched.
            for hit in 1.. {
                assert!(hit < MOST_HITS, "{stop}: no run passes");
                let when = format!("{stop}, hit {hit}");
                let program = app.program.clone().with("TOKENWARD_CRASH_AT", &format!("{stop}@{hit}"));
                let mut acknowledged = Vec::new();
                let lived = Server::try_start(&program, app.database.folder().join("server.log")).and_then(|server| {
                    app.server = server;
                    one_life(&app.server.client().bearer(&app.admin_text), &when, &mut acknowledged)
                });
                if lived.is_ok() {
                    break;
                }
                assert_eq!(app.server.wait(), None, "{when}: ended by a signal");
                judge(&app.database, &app.program, &acknowledged, &when);
                deaths += 1;
            }
            assert!(4 <= deaths, "{stop}: every change of a life has this stop, {deaths} were met");
        }
    });
}

#[test]
fn p20_killed_at_random_moments_under_load_every_acknowledged_change_is_there() {
    const ROUNDS: u64 = 6;
    on_each_database(|database| {
        let mut app = App::start(database);
        let mut acknowledged = Vec::new();
        for round in 0..ROUNDS {
            let admin = app.server.client().bearer(&app.admin_text);
            let (begun, lived) = (Barrier::new(5), AtomicU64::new(0));
            let lives: Vec<Vec<Acknowledged>> = std::thread::scope(|scope| {
                let workers: Vec<_> = (0..4)
                    .map(|worker| {
                        let (admin, begun, lived) = (admin.clone(), &begun, &lived);
                        scope.spawn(move || {
                            let mut noted = Vec::new();
                            begun.wait();
                            for life in 0.. {
                                if one_life(&admin, &format!("{round} {worker} {life}"), &mut noted).is_err() {
                                    break;
                                }
                                lived.fetch_add(1, Ordering::SeqCst);
                            }
                            noted
                        })
                    })
                    .collect();
                begun.wait();
                // Any moment under load will do; where in a write it falls is up to the machine.
                while lived.load(Ordering::SeqCst) < 4
                    && !workers.iter().all(std::thread::ScopedJoinHandle::is_finished)
                {
                    sleep(Duration::from_millis(1));
                }
                sleep(Duration::from_millis(7 * round));
                app.server.kill();
                workers.into_iter().map(|worker| worker.join().expect("a worker ends")).collect()
            });
            acknowledged.extend(lives.into_iter().flatten());
            judge(&app.database, &app.program, &acknowledged, &format!("round {round}"));
            app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        }
        assert!(40 < acknowledged.len(), "there was a load: {}", acknowledged.len());
    });
}

#[test]
fn p20_a_change_and_its_event_in_two_transactions_would_be_noticed() {
    on_each_database(|database| {
        let mut app = App::start(database);
        // With somebody there, a start writes no code for the first person.
        let _ = app.user("somebody", &json!({}));
        app.server.kill();
        assert_eq!(disagreements(&app.database), Vec::<String>::new());
        let program = app.program.clone().with("TOKENWARD_FAULTS", "write.split_commit=return");
        let program = program.with("TOKENWARD_CRASH_AT", "write.between_commits@1");
        app.server = Server::start(&program, app.database.folder().join("server.log"));
        let admin = app.server.client().bearer(&app.admin_text);
        let body = json!({"name": "split", "roles": []}).to_string();
        assert!(admin.send("POST", "/api/v1/tokens", Some(&body)).is_err(), "the program died");
        let _ = app.server.wait();
        assert!(
            disagreements(&app.database).contains(&"a token without the event of its creation: 1".to_owned()),
            "{:?}",
            disagreements(&app.database)
        );
    });
}
