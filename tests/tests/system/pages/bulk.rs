//! Many tokens at once, by the list.

use token_testkit::on_each_database;

use super::browser::{START, encoded};
use super::html::form;
use crate::app::App;

const BULK: &str = "/admin/api-tokens/bulk";

/// Makes so many tokens at once; the ids of all there are, but for the administrator's own.
pub(crate) fn import(app: &App, count: usize, prefix: &str) -> Vec<String> {
    let rows: Vec<String> = (0..count).map(|number| format!("{prefix}{number}")).collect();
    let file = app.database.folder().join(format!("rows-{count}.csv"));
    std::fs::write(&file, format!("name\n{}\n", rows.join("\n"))).unwrap();
    let _ = app.program.run(&["token", "import", &file.to_string_lossy()]).ok();
    let ids = app.program.run(&["token", "list", "--all", "--name", prefix, "--json"]).ok().json();
    let ids = ids["items"].as_array().unwrap().iter();
    ids.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn chosen<'a>(ids: &'a [String], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ids.iter().map(|id| ("ids", id.as_str())).chain(more.iter().copied()).collect()
}

#[test]
fn s25_atk_a22_a_thousand_are_asked_about_and_ended_and_one_more_is_refused() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let ids = import(&app, 1_001, "many");
        assert_eq!(ids.len(), 1_001);
        let before = app.seen();
        let refused = ada.post(BULK, &chosen(&ids, &[("action", "revoke"), ("sure", "yes")])).expect(413);
        assert_eq!(refused.header("content-type"), Some("text/html; charset=utf-8"));
        let asked = ada.post(BULK, &chosen(&ids[..1_000], &[("action", "revoke")])).expect(200);
        assert!(
            asked.text.contains("Revoke 1000 tokens?") && asked.text.contains("and 980 more"),
            "{:.2000}",
            asked.text
        );
        assert_eq!(app.seen(), before, "asking ends nothing");
        let sure = form(&asked.text, BULK).with("reason", "all of them").with("action", "revoke");
        assert!(encoded(&sure.fields).len() < 65_536, "a thousand fit the limit of a body");
        let done = ada.submit(&sure, None).expect(303);
        assert_eq!(done.header("location"), Some("/admin/api-tokens?done=tokens-revoked"));
        assert_eq!(app.events_of("token.revoked"), 1_000);
        let left = app.admin.get("/api/v1/tokens?state=active&name=many").expect(200).json();
        assert_eq!(left["items"].as_array().unwrap().len(), 1);
        // Sent again, nothing ends twice.
        let _ = ada.submit(&sure, None).expect(303);
        assert_eq!(app.events_of("token.revoked"), 1_000);
    });
}

#[test]
fn s31_atk_a22_odd_choices_end_nothing() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let ids: Vec<String> = (0..3).map(|number| app.token(&format!("t{number}"), &[]).id).collect();
        let before = app.seen();
        let twice = [ids.clone(), ids.clone()].concat();
        for (chosen, status) in [
            (chosen(&[], &[("action", "revoke"), ("sure", "yes")]), 303),
            (chosen(&ids, &[("action", "revoke")]), 200),
            (chosen(&ids, &[("action", "delete")]), 200),
            (chosen(&ids, &[("action", "revoke"), ("sure", "no")]), 200),
            (chosen(&twice, &[("action", "delete"), ("sure", "")]), 200),
            (chosen(&ids, &[("ids", "x"), ("action", "revoke"), ("sure", "yes")]), 422),
            (chosen(&ids, &[("ids", ""), ("action", "revoke"), ("sure", "yes")]), 422),
            (chosen(&ids, &[("ids", "%"), ("action", "delete"), ("sure", "yes")]), 422),
            (chosen(&ids, &[("action", "revoke"), ("sure", "yes"), ("reason", &"x".repeat(501))]), 422),
            (chosen(&ids, &[("action", "revoke"), ("sure", "yes"), ("reason", "a\u{202e}b")]), 422),
        ] {
            let answer = ada.post(BULK, &chosen);
            assert_eq!(answer.status, status, "{chosen:?}: {}", answer.text);
        }
        assert_eq!(app.seen(), before);
        let unknown = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        let _ = ada.post(BULK, &chosen(&twice, &[("ids", unknown), ("action", "delete"), ("sure", "yes")])).expect(303);
        assert_eq!(app.events_of("token.deleted"), 3, "each once");
    });
}

#[test]
fn s32_expired_tokens_are_deleted_after_a_question_and_no_others() {
    on_each_database(|database| {
        let app = App::at(database, START);
        for number in 0..3 {
            let ends = serde_json::json!({"name": format!("old {number}"), "expires_at": "2030-03-17T17:46:50Z"});
            let _ = app.token_with(&ends);
        }
        let kept = app.token("kept", &[]);
        let ada = app.ada();
        app.set_clock(START + 10);
        let page = ada.get("/admin/api-tokens/delete-expired").expect(200);
        assert!(page.text.contains("3 expired tokens"), "{}", page.text);
        assert_eq!(app.events_of("token.deleted"), 0);
        let question = form(&page.text, "/admin/api-tokens/delete-expired");
        let _ = ada.submit(&question, Some("delete")).expect(303);
        assert_eq!((app.events_of("token.deleted"), app.whoami(&kept)), (3, 200));
        let _ = ada.submit(&question, Some("delete")).expect(303);
        assert_eq!(app.events_of("token.deleted"), 3);
    });
}
