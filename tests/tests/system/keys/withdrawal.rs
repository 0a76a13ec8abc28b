//! The end of a key: at once, for good, and never the end of all signing.

use serde_json::{Value, json};
use token_testkit::{Server, on_each_database};

use super::{NOON, in_state, keys, kid_of, signing, soon};
use crate::app::App;

fn withdraw(app: &App, kid: &str) -> Value {
    app.admin.post(&format!("/api/v1/keys/{kid}/withdraw"), &json!({})).expect(200).json()
}

#[test]
fn p50_p51_withdrawing_the_key_that_signs_lets_the_next_one_sign_at_once() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        // The administrator's own text is of the first key; it shall live on.
        let first = signing(&app);
        let stolen = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json();
        let stolen = stolen["kid"].as_str().unwrap().to_owned();
        let token = app.token("t", &[]);
        let next = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200).json()["kid"].clone();
        let done = withdraw(&app, &stolen);
        assert_eq!((&done["signing"], done["state"].as_str()), (&next, Some("withdrawn")), "{done}");
        assert_eq!(app.whoami(&token), 401);
        assert_eq!(Some(signing(&app).as_str()), next.as_str());
        // None waits now: a new one is made.
        let done = withdraw(&app, next.as_str().unwrap());
        assert_eq!(done["signing"].as_str(), Some(signing(&app).as_str()));
        assert_eq!(keys(&app).len(), 4);
        let fresh = app.token("fresh", &[]);
        assert_eq!((kid_of(&fresh.text), app.whoami(&fresh)), (signing(&app), 200));
        assert_eq!(in_state(&app, "retired"), [first]);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p51_withdrawing_tells_how_many_live_texts_it_ends_and_can_be_repeated() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let kid = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json()["kid"].clone();
        let kid = kid.as_str().unwrap();
        let live = [app.token("live", &[]), app.token("rotated", &[])];
        let _ =
            app.admin.post(&format!("/api/v1/tokens/{}/rotate", live[1].id), &json!({"old_ends": "now"})).expect(201);
        let revoked = app.token("revoked", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let deleted = app.token("deleted", &[]);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        let _ = app.token_with(&json!({"name": "expired", "expires_at": "2030-03-17T17:46:50Z"}));
        app.set_clock(NOON + 10);
        let first = withdraw(&app, kid);
        assert_eq!(first["live_texts"], 2, "{first}");
        let second = withdraw(&app, kid);
        assert_eq!(first, second);
        let told = app.admin.get("/api/v1/events?type=key.withdrawn").expect(200).json();
        assert_eq!(told["items"].as_array().unwrap().len(), 1, "once");
        let _ = app.admin.post("/api/v1/keys/nobody/withdraw", &json!({})).expect(404);
        for odd in ["..", "a'b", "%00", &"k".repeat(65)] {
            let _ = app.admin.post(&format!("/api/v1/keys/{odd}/withdraw"), &json!({})).expect(404);
        }
    });
}

#[test]
fn p51_p52_without_the_master_key_a_key_is_withdrawn_all_the_same() {
    on_each_database(|database| {
        let mut app = App::at(database, NOON);
        let kept = signing(&app);
        let stolen = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json();
        let stolen = stolen["kid"].as_str().unwrap().to_owned();
        let token = app.token("t", &[]);
        app.server.kill();
        let (file, hidden) = (app.key_file(), app.database.folder().join("kept.key"));
        std::fs::rename(&file, &hidden).unwrap();
        let untold = app.program.clone().without("TOKENWARD_MASTER_KEY_FILE");
        app.server = Server::start(&untold, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        for (path, body) in [("rotate", json!({})), ("import", json!({"pem": super::new_pem()}))] {
            let _ = app.admin.post(&format!("/api/v1/keys/{path}"), &body).expect(503);
        }
        let done = withdraw(&app, &stolen);
        assert_eq!((&done["signing"], app.whoami(&token)), (&Value::Null, 401), "{done}");
        assert_eq!(in_state(&app, "signing"), Vec::<String>::new());
        app.server.kill();
        std::fs::rename(hidden, file).unwrap();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        soon("a key signs", || in_state(&app, "signing").len() == 1);
        let fresh = app.token("fresh", &[]);
        assert_eq!((app.whoami(&fresh), in_state(&app, "retired")), (200, vec![kept]));
    });
}

#[test]
fn withdrawing_asks_first_and_says_how_much_it_ends() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let kid = signing(&app);
        let refused = app.program.run(&["key", "withdraw", "--", &kid]);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert_eq!(in_state(&app, "signing"), std::slice::from_ref(&kid));
        let _ = app.program.run(&["key", "rotate"]).ok();
        let done = app.program.run(&["key", "withdraw", "--yes", "--", &kid]).ok();
        assert!(done.out.contains("1 texts were good until now"), "{}", done.out);
        assert!(done.out.contains("signing"), "{}", done.out);
    });
}

#[test]
fn s15_p51_a_public_key_is_exported_until_it_is_withdrawn() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let first = signing(&app);
        let export = |more: &[&str]| app.program.run(&[&["key", "export", first.as_str()], more].concat());
        let pem = export(&[]).ok().out;
        // An Ed25519 key is 44 bytes of DER, which is one line.
        let lines: Vec<&str> = pem.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[2]), (3, "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"));
        assert!(lines[1].starts_with("MCowBQYDK2VwAyEA"), "{pem}");
        assert_eq!(export(&["--json"]).ok().json(), json!({"kid": first, "pem": pem}));
        let _ = app.program.run(&["key", "rotate", "--now"]).ok();
        assert_eq!(export(&[]).ok().out, pem, "texts of a retired key pass");
        let _ = app.program.run(&["key", "withdraw", &first, "--yes"]).ok();
        let refused = export(&[]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
        assert!(refused.err.contains("withdrawn"), "{refused:?}");
        let unknown = app.program.run(&["key", "export", "nobody"]);
        assert!(unknown.code == Some(1) && unknown.err.contains("tokenward key list"), "{unknown:?}");
    });
}
