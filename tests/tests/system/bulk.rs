//! Many tokens at once: all of it or nothing, and each told.

use serde_json::{Value, json};
use token_testkit::on_each_database;

use crate::app::{App, Made};

const BULK: &str = "/api/v1/tokens/bulk";
const UNKNOWN: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

fn results(answer: &Value) -> Vec<(&str, &str)> {
    let items = answer["results"].as_array().unwrap();
    items.iter().map(|item| (item["id"].as_str().unwrap(), item["result"].as_str().unwrap())).collect()
}

#[test]
fn s25_s31_atk_a22_many_tokens_end_in_one_call_and_each_is_told() {
    on_each_database(|database| {
        let app = App::start(database);
        let tokens: Vec<Made> = (0..4).map(|n| app.token(&format!("t{n}"), &[])).collect();
        let ids: Vec<&str> = tokens.iter().map(|token| token.id.as_str()).collect();
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", ids[1]), &json!({"reason": "first"})).expect(200);
        let body = json!({"ids": [ids[2], ids[1], UNKNOWN, ids[0]], "action": "revoke", "reason": "left"});
        let done = app.admin.post(BULK, &body).expect(200).json();
        let expected = [(ids[2], "revoked"), (ids[1], "already revoked"), (UNKNOWN, "not found"), (ids[0], "revoked")];
        assert_eq!(results(&done), expected);
        assert_eq!(tokens.iter().map(|token| app.whoami(token)).collect::<Vec<_>>(), [401, 401, 401, 200]);
        let of = |id: &str| app.admin.get(&format!("/api/v1/tokens/{id}")).expect(200).json();
        assert_eq!(
            (of(ids[0])["revoked"]["reason"].as_str(), of(ids[1])["revoked"]["reason"].as_str()),
            (Some("left"), Some("first"))
        );
        let count = |kind: &str| {
            let page = app.admin.get(&format!("/api/v1/events?type={kind}")).expect(200).json();
            page["items"].as_array().unwrap().len()
        };
        assert_eq!(count("token.revoked"), 3, "an event for each that ended, none for the others");
        let body = json!({"ids": ids, "action": "delete", "reason": "gone"});
        let done = app.admin.post(BULK, &body).expect(200).json();
        assert!(results(&done).iter().all(|(_, result)| *result == "deleted"));
        assert_eq!((count("token.deleted"), app.whoami(&tokens[3])), (4, 401));
        let again = app.admin.post(BULK, &body).expect(200).json();
        assert!(results(&again).iter().all(|(_, result)| *result == "not found"));
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn atk_a22_a_filter_needs_the_number_it_matches() {
    on_each_database(|database| {
        let app = App::at(database, 1_900_000_000);
        for n in 0..3 {
            let _ = app.token_with(&json!({"name": format!("old {n}"), "expires_at": "2030-03-17T17:46:50Z"}));
        }
        let kept = app.token("kept", &[]);
        app.set_clock(1_900_000_010);
        let delete = |filter: Value, count: u64| {
            app.admin.post(BULK, &json!({"filter": filter, "expected_count": count, "action": "delete"}))
        };
        for wrong in [0, 2, 4, 1_000] {
            let refused = delete(json!({"state": "expired"}), wrong).expect(409);
            assert!(refused.json()["detail"].as_str().unwrap().starts_with("3 tokens match"), "{}", refused.text);
        }
        let _ = delete(json!({"state": "expired"}), 1_001).expect(413);
        let _ = delete(json!({}), 3).expect(409);
        let done = delete(json!({"state": "expired", "name": "OLD"}), 3).expect(200).json();
        assert_eq!(results(&done).len(), 3);
        assert_eq!(app.whoami(&kept), 200);
        let _ = delete(json!({"state": "expired"}), 0).expect(200);
    });
}

#[test]
fn atk_a22_more_than_a_thousand_or_one_bad_id_ends_nothing() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let many = |count: usize| -> Vec<String> {
            let others = (1..count).map(|n| format!("0192f3c1-7a52-7c11-8d4e-{n:012x}"));
            others.chain([token.id.clone()]).collect()
        };
        let end = |ids: &[String]| app.admin.post(BULK, &json!({"ids": ids, "action": "revoke"}));
        assert_eq!(end(&many(1_001)).expect(413).json()["type"], "/problems/too-many-items");
        let huge = format!("{{\"ids\":[{}\"x\"]}}", "\"x\",".repeat(1_000_000));
        let _ = app.admin.request("POST", BULK, Some(&huge)).expect(413);
        for bad in ["x", &token.id, &token.id.to_uppercase(), "%", ""] {
            let _ = end(&[token.id.clone(), bad.to_owned()]).expect(422);
        }
        assert_eq!(app.whoami(&token), 200, "nothing ended");
        assert_eq!(results(&end(&many(1_000)).expect(200).json()).len(), 1_000);
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn atk_n02_bulk_needs_what_each_single_call_needs() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let by_id = |action: &str| json!({"ids": [token.id], "action": action});
        let all = json!({"filter": {}, "expected_count": 0, "action": "revoke"});
        let revoker = app.caller("revoker", &["allow tokens:revoke"]);
        let refused = revoker.post(BULK, &by_id("delete")).expect(403);
        assert!(refused.header("www-authenticate").unwrap().contains("tokens:delete"));
        let refused = revoker.post(BULK, &all).expect(403);
        assert!(
            refused.header("www-authenticate").unwrap().contains("tokens:read"),
            "a filter tells how many there are"
        );
        let deleter = app.caller("deleter", &["allow tokens:delete"]);
        let _ = deleter.post(BULK, &by_id("revoke")).expect(403);
        let powerless = app.caller("powerless", &["allow tokens:read"]);
        for body in [by_id("revoke"), by_id("delete"), all, json!({"ids": ["x"], "action": "x"})] {
            let _ = powerless.post(BULK, &body).expect(403);
        }
        assert_eq!(app.whoami(&token), 200);
        let _ = revoker.post(BULK, &by_id("revoke")).expect(200);
        let _ = deleter.post(BULK, &by_id("delete")).expect(200);
    });
}

#[test]
fn s31_the_command_line_ends_all_that_match_and_tells_the_number_first() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Old", &[]);
        let held: Vec<Made> = (0..3).map(|n| app.token(&format!("old {n}"), &[&role])).collect();
        let kept = app.token("kept", &[]);
        assert_eq!(app.program.run(&["token", "revoke", "--role", "old"]).code, Some(2), "no terminal, and no --yes");
        assert_eq!(app.program.run(&["token", "revoke", "--yes"]).code, Some(2), "which ones?");
        assert_eq!(app.program.run(&["token", "delete", &kept.id, "--name", "old", "--yes"]).code, Some(2));
        assert!(held.iter().all(|token| app.whoami(token) == 200));
        let done = app.program.run(&["token", "revoke", "--role", "old", "--yes", "--reason", "left"]).ok();
        assert_eq!(done.out.lines().map(str::trim).collect::<Vec<_>>(), ["3 tokens match", "3 revoked"]);
        let json = app.program.run(&["token", "revoke", "--name", "OLD", "--yes", "--json"]).ok().json();
        assert_eq!(
            (json["matched"].as_u64(), json["already_revoked"].as_u64(), json["revoked"].as_u64()),
            (Some(3), Some(3), Some(0))
        );
        let gone = app.program.run(&["token", "delete", "--state", "revoked", "--yes", "--json"]).ok().json();
        assert_eq!(gone["deleted"].as_u64(), Some(3));
        let none = app.program.run(&["token", "delete", "--state", "expired", "--yes"]).ok();
        assert_eq!(none.out.trim(), "0 tokens match");
        assert_eq!(app.whoami(&kept), 200);
    });
}
