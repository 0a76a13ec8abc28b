//! The routes themselves, as somebody meets them who writes a guard of their own.

use serde_json::{Value, json};
use token_testkit::{Client, on_each_database};

use super::{nodes, revoke, server};
use crate::app::{App, Made};

/// A node of nobody.
const NODE: &str = "5f0d8f1c2b7a4e6d9c3b1a0f8e7d6c5b";

/// Asks what has happened since this head, with these other members.
fn sync(client: &Client, head: &Value, more: &Value) -> Value {
    let mut body = json!({"nonce": "ab".repeat(16)});
    for part in [head, more] {
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    let answer = client.post("/api/v1/guard/sync", &body).expect(200);
    assert_eq!(answer.header("tokenward-effective"), None, "a guard waits for nobody, least of all for itself");
    assert_eq!(answer.json()["nonce"], "ab".repeat(16));
    answer.json()
}

fn client(app: &App) -> Client {
    app.caller("follower", &["allow guards:follow"])
}

/// `node|applied` of every registration of somebody who is no server here.
fn registered(app: &App) -> String {
    let column = match app.database.kind {
        token_testkit::Kind::Sqlite => "lower(hex(node))",
        token_testkit::Kind::Postgres => "encode(node, 'hex')",
    };
    let rows = app.database.sql(&format!("SELECT {column}, applied FROM nodes")).unwrap();
    rows.lines().filter(|row| row.starts_with(NODE)).collect()
}

#[test]
fn x01_a_guard_is_registered_by_what_it_knows_and_by_nothing_else() {
    on_each_database(|database| {
        let (app, _) = server(database, "1s");
        let guard = client(&app);
        let rules = guard.get("/api/v1/guard/rules").expect(200).json();
        let head = rules["head"].clone();
        let node = json!({"node": NODE});
        assert_eq!((&rules["lease_ms"], &sync(&guard, &head, &json!({}))["renewal"]), (&json!(1_000), &Value::Null));
        assert_eq!(registered(&app), "", "who only reads is no node");
        let mut ahead = head.clone();
        ahead["seq"] = json!(head["seq"].as_u64().unwrap() + 1);
        let back = sync(&guard, &ahead, &node);
        assert_eq!((&back["continuity"], &back["renewal"]), (&json!("gone_back"), &Value::Null));
        assert_eq!(registered(&app), "", "nobody waits for what is not in the log");
        let mut other = head.clone();
        other["epoch"] = json!("0".repeat(32));
        let other = sync(&guard, &other, &node);
        assert_eq!((&other["continuity"], &other["renewal"]), (&json!("other_epoch"), &json!("registered")));
        assert!(other["touches"]["everything"] == true && other["rules"] == rules["rules"], "{other}");
        assert_eq!(registered(&app), format!("{NODE}|0"), "its number was of another log");
        let kept = sync(&guard, &head, &node);
        assert_eq!((&kept["continuity"], &kept["renewal"]), (&json!("unbroken"), &json!("kept")));
        assert_eq!(registered(&app), format!("{NODE}|{}", head["seq"]));
        let again = guard.post("/api/v1/guard/leave", &node).expect(204);
        assert_eq!(again.header("tokenward-effective"), None);
        assert_eq!(registered(&app), "");
    });
}

#[test]
fn x02_an_answer_waits_for_news_and_half_a_lease_at_most() {
    on_each_database(|database| {
        let (app, reader) = server(database, "4s");
        let token = app.token("caller", &[&reader]);
        let guard = client(&app);
        let head = guard.get("/api/v1/guard/rules").expect(200).json()["head"].clone();
        let (asker, known) = (guard.clone(), head.clone());
        let waiting = std::thread::spawn(move || sync(&asker, &known, &json!({"node": NODE, "wait_ms": 3_600_000})));
        // Its registration is committed before it waits.
        while registered(&app).is_empty() {
            std::thread::yield_now();
        }
        let revoked = revoke(&app, &token);
        assert_eq!(nodes(&revoked), 2, "the node was waited for, and never said that it knows");
        let news = waiting.join().unwrap();
        assert_eq!(news["touches"]["tokens"], json!([token.id]), "{news}");
        assert_eq!(news["touches"]["everything"], false);
        let idle = sync(&guard, &news["head"], &json!({"wait_ms": 3_600_000}));
        assert_eq!(idle["head"], news["head"], "nothing new, and an answer all the same");
    });
}

#[test]
fn x02_a_guard_is_told_what_decides_and_nothing_about_who_and_why() {
    on_each_database(|database| {
        let (app, reader) = server(database, "1s");
        let token = app.token_with(&json!({"name": "CI", "description": "sesame", "roles": [reader]}));
        let guard = client(&app);
        let told = |token: &Made| {
            let answer = guard.get(&format!("/api/v1/guard/tokens/{}", token.id)).expect(200);
            for secret in ["sesame", "root", &token.text] {
                assert!(!answer.text.contains(secret), "{answer:?}");
            }
            answer.json()
        };
        let good = told(&token);
        assert_eq!((&good["token"]["revoked"], &good["token"]["roles"]), (&json!(false), &json!([reader])));
        let path = format!("/api/v1/tokens/{}", token.id);
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "sesame"})).expect(200);
        let revoked = told(&token);
        assert_eq!(revoked["token"]["revoked"], true);
        assert!(good["head"]["seq"].as_u64() < revoked["head"]["seq"].as_u64());
        let _ = app.admin.delete(&path).expect(204);
        assert_eq!(told(&token)["token"], Value::Null, "200, so that no other 404 is taken for this");
        let rules = guard.get("/api/v1/guard/rules").expect(200).text;
        assert!(!rules.contains("May do everything") && !rules.contains("private"), "{rules}");
    });
}
