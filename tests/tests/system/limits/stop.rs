//! The end of a server under load, looked at from the history of its clients.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use token_testkit::{Client, on_each_database};

use crate::app::App;

/// What one client did: acknowledged, or sent and never answered.
#[derive(Default)]
struct History {
    made: BTreeSet<String>,
    revoked: BTreeSet<String>,
    unanswered_names: BTreeSet<String>,
    unanswered_ids: BTreeSet<String>,
}

/// Makes tokens and revokes every other one, until the server is gone.
fn work(client: &Client, worker: usize, answered: &AtomicUsize) -> History {
    let mut history = History::default();
    for number in 0.. {
        let name = format!("{worker}-{number}");
        let body = json!({"name": name}).to_string();
        let id = match client.send("POST", "/api/v1/tokens", Some(&body)) {
            Ok(answer) if answer.status == 201 => answer.json()["id"].as_str().unwrap().to_owned(),
            Ok(answer) => {
                assert_eq!(answer.status, 503, "half an answer: {answer:?}");
                continue;
            }
            Err(_) => {
                history.unanswered_names.insert(name);
                return history;
            }
        };
        history.made.insert(id.clone());
        answered.fetch_add(1, Ordering::SeqCst);
        if number % 2 == 0 {
            match client.send("POST", &format!("/api/v1/tokens/{id}/revoke"), Some("{}")) {
                Ok(answer) if answer.status == 200 => history.revoked.insert(id),
                Ok(answer) => {
                    assert_eq!(answer.status, 503, "half an answer: {answer:?}");
                    continue;
                }
                Err(_) => {
                    history.unanswered_ids.insert(id);
                    return history;
                }
            };
        }
    }
    history
}

#[test]
fn p71_atk_m15_told_to_end_under_load_everything_acknowledged_is_there_and_nothing_else() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let answered = AtomicUsize::new(0);
        let histories: Vec<History> = std::thread::scope(|scope| {
            let (client, answered) = (&app.admin, &answered);
            let workers: Vec<_> = (0..8).map(|worker| scope.spawn(move || work(client, worker, answered))).collect();
            while answered.load(Ordering::SeqCst) < 40 {
                std::thread::yield_now();
            }
            app.server.terminate();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
        let listed = app.program.run(&["token", "list", "--all", "--json"]).ok().json();
        let states: BTreeMap<String, (String, String)> = listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token: &Value| {
                let text = |member: &str| token[member].as_str().unwrap().to_owned();
                (text("id"), (text("name"), text("state")))
            })
            .collect();
        let all =
            |of: fn(&History) -> &BTreeSet<String>| histories.iter().flat_map(of).cloned().collect::<BTreeSet<_>>();
        let (made, revoked) = (all(|history| &history.made), all(|history| &history.revoked));
        let (names, ids) = (all(|history| &history.unanswered_names), all(|history| &history.unanswered_ids));
        assert!(40 <= made.len());
        for id in &made {
            let (_, state) = states.get(id).unwrap_or_else(|| panic!("{id} was acknowledged and is not there"));
            let expected = if revoked.contains(id) { "revoked" } else { "active" };
            assert!(state == expected || ids.contains(id), "{id} is {state}");
        }
        for (id, (name, _)) in &states {
            assert!(made.contains(id) || names.contains(name) || name == "root", "{name} was never asked for");
        }
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
