//! The end of a token by one of its texts (RFC 7009).

use serde_json::{Value, json};
use token_testkit::on_each_database;

use super::{NOON, REVOKE, as_client, ask, asker, end, head, is_active, send};
use crate::app::{App, made};

fn revoked(app: &App, id: &str) -> Value {
    app.admin.get(&format!("/api/v1/tokens/{id}")).expect(200).json()["revoked"].clone()
}

#[test]
fn x01_a_token_ends_itself_everywhere_before_it_is_answered() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let asker = asker(&app);
        let (bearer, client) = (app.token("bearer", &[]), app.token("client", &[]));
        for (token, caller) in [(&bearer, app.as_token(&bearer)), (&client, as_client(&app, &client))] {
            assert!(is_active(&asker, &token.text));
            let answer = end(&caller, &token.text).expect(200);
            assert_eq!(answer.text, "");
            assert!(answer.header("tokenward-effective").is_some_and(|field| field.starts_with("everywhere")));
            assert_eq!((app.whoami(token), is_active(&asker, &token.text)), (401, false));
            assert_eq!(end(&caller, &token.text).status, 401, "whoever has ended asks for nothing any more");
            let told = revoked(&app, &token.id);
            assert_eq!(told["reason"], "revoked at the revocation endpoint");
        }
        let events = app.admin.get("/api/v1/events?type=token.revoked").expect(200).json();
        let events = events["items"].as_array().unwrap();
        assert_eq!(
            (events.len(), &events[0]["actor"]["name"]),
            (2, &json!("client")),
            "the token itself is the author"
        );
    });
}

#[test]
fn atk_i08_whoever_may_not_end_a_token_is_answered_alike_and_nothing_happens() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let (mine, other) = (app.token("mine", &[]), app.token("other", &[]));
        let gone = app.token("gone", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", gone.id), &json!({"reason": "first"})).expect(200);
        let deleted = app.token("deleted", &[]);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        let (signed, _) = other.text.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", "A".repeat(86));
        let long = "x".repeat(60_000);
        let before = head(&app);
        for caller in [app.as_token(&mine), as_client(&app, &mine), app.admin.clone()] {
            for text in ["", "garbage", "a.b.c", &long, &forged, &deleted.text, &gone.text] {
                for hint in ["", "&token_type_hint=refresh_token"] {
                    let answer = send(&caller, REVOKE, &format!("token={text}{hint}")).expect(200);
                    assert_eq!(answer.text, "");
                }
            }
        }
        for caller in [app.as_token(&mine), as_client(&app, &mine)] {
            assert_eq!(end(&caller, &other.text).expect(200).text, "");
        }
        assert_eq!(head(&app), before, "nothing happened");
        assert_eq!((app.whoami(&mine), app.whoami(&other)), (200, 200));
        assert_eq!(revoked(&app, &gone.id)["reason"], "first", "the first end stays");
        for form in [String::new(), format!("token={0}&token={0}", mine.text)] {
            let answer = send(&app.as_token(&mine), REVOKE, &form).expect(400);
            assert_eq!(answer.json()["error"], "invalid_request");
        }
        let media = app.as_token(&mine).with("Content-Type", "application/json");
        let _ = media.request("POST", REVOKE, Some(&json!({"token": mine.text}).to_string())).expect(415);
        assert_eq!(app.whoami(&mine), 200);
        // The audit tells of the tries to end what is another's: four with the text of one that had ended, and two.
        let mut server = app.server;
        server.terminate();
        assert_eq!(server.wait(), Some(0));
        let told = app.program.run(&["events", "list", "--type", "calls.refused", "--json"]).ok().json();
        let counted = told["items"].as_array().unwrap().iter().any(|event| {
            let details = event["details"].as_array().unwrap();
            let after = |name: &str| details.iter().find(|detail| detail["field"] == name).unwrap()["after"].clone();
            after("reason") == "permission" && after("count") == 6
        });
        assert!(counted, "{told}");
    });
}

#[test]
fn whoever_may_revoke_ends_any_token_by_a_text_that_is_not_replaced() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let able = app.caller("able", &["allow tokens:revoke"]);
        let plain = app.token("plain", &[]);
        assert_eq!(end(&able, &plain.text).expect(200).text, "");
        assert_eq!((app.whoami(&plain), revoked(&app, &plain.id)["by"]["name"].as_str()), (401, Some("able")));
        // A text that a newer one has replaced ends nothing: the new one is another's, or was just handed out.
        let older = app.token("rotated", &[]);
        let rotate = format!("/api/v1/tokens/{}/rotate", older.id);
        let newer = made(&app.admin.post(&rotate, &json!({"old_ends": "now"})).expect(201));
        for caller in [&able, &app.as_token(&newer)] {
            let _ = end(caller, &older.text).expect(200);
            assert_eq!(app.whoami(&newer), 200);
        }
        // One of two that are both good ends the token, and both.
        let later = made(&app.admin.post(&rotate, &json!({"old_ends": {"at": "2031-01-01"}})).expect(201));
        let _ = end(&app.as_token(&later), &newer.text).expect(200);
        assert_eq!((app.whoami(&newer), app.whoami(&later)), (401, 401));
        // Nobody can use an expired one now, and nobody can ever again; nor is it of account from where it may be used.
        let expired = app.token_with(&json!({"name": "ends", "expires_at": "2030-03-17T17:46:50Z"}));
        let bound = app.token_with(&json!({"name": "bound", "allowed_networks": ["10.0.0.0/8"]}));
        app.set_clock(NOON + 10);
        for token in [&expired, &bound] {
            let _ = end(&able, &token.text).expect(200);
            assert!(revoked(&app, &token.id)["at"].is_string(), "{}", token.id);
        }
        let _ = ask(&able, &plain.text).expect(403);
    });
}
