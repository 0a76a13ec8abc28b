//! A new key is known to everybody before it signs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use token_testkit::{Client, Database, Kind, Server, on_each_database};

use super::{NOON, in_state, keys, kid_of, signing, soon};
use crate::app::App;

/// The names in the published set.
fn published(client: &Client) -> BTreeSet<String> {
    let set = client.get("/.well-known/jwks.json").expect(200).json();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn promotions(app: &App) -> Vec<serde_json::Value> {
    let page = app.admin.get("/api/v1/events?type=key.promoted&limit=500").expect(200).json();
    page["items"].as_array().unwrap().clone()
}

#[test]
fn p50_a_new_key_is_published_for_as_long_as_keys_are_cached_before_it_signs() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let anybody = app.server.client();
        let first = signing(&app);
        let answer = anybody.get("/.well-known/jwks.json").expect(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let made = app.admin.post("/api/v1/keys/rotate", &json!({"algorithm": "ES256"})).expect(200).json();
        let next = made["kid"].as_str().unwrap().to_owned();
        assert_eq!((made["state"].as_str(), made["algorithm"].as_str()), (Some("next"), Some("ES256")));
        assert_eq!(made["signs_from"], "2030-03-17T17:51:41Z", "300 seconds, and the one it was made in");
        assert_eq!(published(&anybody), BTreeSet::from([first.clone(), next.clone()]));
        let token = app.token("meanwhile", &[]);
        assert_eq!(kid_of(&token.text), first, "the new one does not sign yet");

        // One waits already: another is refused, whichever way it comes.
        for (path, body) in [
            ("/api/v1/keys/rotate", json!({})),
            ("/api/v1/keys/rotate", json!({"algorithm": "EdDSA", "now": true})),
            ("/api/v1/keys/import", json!({"pem": super::new_pem()})),
            ("/api/v1/keys/import", json!({"pem": super::new_pem(), "now": true})),
            ("/api/v1/keys/import", json!({"pem": "no key"})),
        ] {
            let refused = app.admin.post(path, &body).expect(409);
            assert!(refused.text.contains("waits to sign"), "{}", refused.text);
        }
        assert_eq!(keys(&app).len(), 2);

        app.set_clock(NOON + 301);
        soon("the key signs", || signing(&app) == next);
        assert_eq!(in_state(&app, "retired"), std::slice::from_ref(&first));
        assert!(keys(&app).iter().all(|key| key["signs_from"].is_null()));
        let after = app.token("after", &[]);
        assert_eq!(kid_of(&after.text), next);
        assert_eq!((app.whoami(&token), app.whoami(&after)), (200, 200));
        let told = promotions(&app);
        assert_eq!((told.len(), told[0]["actor"]["kind"].as_str()), (1, Some("system")), "{told:?}");
        assert_eq!(told[0]["subject"]["id"].as_str(), Some(next.as_str()));
    });
}

#[test]
fn p50_in_an_emergency_a_key_signs_at_once_and_one_that_waits_does_instead_of_a_new_one() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let at_once = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json();
        assert_eq!(
            (at_once["state"].as_str(), at_once["kid"].as_str()),
            (Some("signing"), Some(signing(&app).as_str()))
        );
        let waits = app.program.run(&["key", "rotate", "--json"]).ok().json()[0]["kid"].clone();
        let now = app.program.run(&["key", "rotate", "--now", "--json"]).ok().json();
        assert_eq!((&now[0]["kid"], now[0]["state"].as_str()), (&waits, Some("signing")));
        assert_eq!(keys(&app).len(), 3);
        // A key that waits and is withdrawn makes room.
        let waits = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200).json()["kid"].clone();
        let path = format!("/api/v1/keys/{}/withdraw", waits.as_str().unwrap());
        let _ = app.admin.post(&path, &json!({})).expect(200);
        let _ = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200);
        assert_eq!(Some(signing(&app).as_str()), now[0]["kid"].as_str());
    });
}

#[test]
fn p50_without_a_time_of_publication_a_key_signs_at_once() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_KEY_PUBLICATION", "0s");
        let app = App::with(database, program);
        let answer = app.server.client().get("/.well-known/jwks.json").expect(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=0"));
        let made = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200).json();
        assert_eq!(Some(signing(&app).as_str()), made["kid"].as_str());
    });
}

#[test]
fn p50_twenty_rotations_under_traffic_refuse_nobody() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let (calls, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let old = app.token("old", &[]);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        assert_eq!(app.whoami(&old), 200, "a text of a key that retired since");
                        let new = app.token("new", &[]);
                        assert_eq!(app.whoami(&new), 200, "a text of whichever key signs");
                        calls.fetch_add(2, Ordering::SeqCst);
                    }
                });
            }
            let rounds = scope.spawn(|| {
                for round in 0..20 {
                    // What somebody holds who fetched the keys at the last moment before the rotation.
                    let cached = published(&app.server.client());
                    let made = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200).json();
                    assert!(
                        cached.contains(&kid_of(&app.token("cached", &[]).text)),
                        "the cache is good until it ends"
                    );
                    app.set_clock(NOON + 301 * (round + 1));
                    soon("the key signs", || Some(signing(&app).as_str()) == made["kid"].as_str());
                }
            });
            let ended = rounds.join();
            over.store(true, Ordering::SeqCst);
            ended.unwrap();
        });
        assert!(40 < calls.load(Ordering::SeqCst), "there was traffic");
        assert_eq!(promotions(&app).len(), 20);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p50_three_nodes_let_a_key_sign_once() {
    let app = App::at(Database::fresh(Kind::Postgres), NOON);
    let others: Vec<Server> = ["second", "third"]
        .iter()
        .map(|name| {
            let folder = app.database.folder().join(name);
            let program = app.program.clone().with("TOKENWARD_DATA_DIR", &folder.to_string_lossy());
            Server::start(&program, app.database.folder().join(format!("{name}.log")))
        })
        .collect();
    for round in 1..=5 {
        let made = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200).json();
        for node in &others {
            assert!(published(&node.client()).contains(made["kid"].as_str().unwrap()), "every node publishes it");
        }
        app.set_clock(NOON + 301 * round);
        soon("the key signs", || Some(signing(&app).as_str()) == made["kid"].as_str());
        let token = app.token("t", &[]);
        for node in &others {
            let _ = node.client().bearer(&token.text).get("/api/v1/whoami").expect(200);
        }
    }
    assert_eq!(promotions(&app).len(), 5);
    assert_eq!(in_state(&app, "retired").len(), 5);
}
