//! Keys from elsewhere.

use serde_json::json;
use token_testkit::on_each_database;

use super::{NOON, bad_pems, in_state, keys, kid_of, new_pem, pem, signing};
use crate::app::App;

#[test]
fn keys_of_other_tools_are_imported_and_sign() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        for (text, algorithm) in [
            (pem!("ed25519"), "EdDSA"),
            (pem!("p256"), "ES256"),
            (pem!("p256-sec1"), "ES256"),
            (pem!("rsa-2048"), "RS256"),
            (pem!("rsa-2048-pkcs1"), "RS256"),
        ] {
            let answer = app.admin.post("/api/v1/keys/import", &json!({"pem": text, "now": true}));
            if answer.status == 409 {
                assert!(answer.text.contains("here already"), "the same key in another wrapping: {}", answer.text);
                continue;
            }
            let key = answer.expect(200).json();
            assert_eq!(
                (key["algorithm"].as_str(), key["kid"].as_str()),
                (Some(algorithm), Some(signing(&app).as_str()))
            );
            let token = app.token(algorithm, &[]);
            assert_eq!((kid_of(&token.text), app.whoami(&token)), (signing(&app), 200));
        }
    });
}

#[test]
fn atk_s10_what_is_not_one_strong_private_key_is_422_and_never_repeated() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        for (bad, why) in bad_pems() {
            for now in [false, true] {
                let refused = app.admin.post("/api/v1/keys/import", &json!({"pem": bad, "now": now})).expect(422);
                assert_eq!(refused.json()["errors"][0]["pointer"], "/pem", "{why}");
                let secret = bad.lines().find(|line| 20 < line.len() && !line.starts_with('-'));
                assert!(secret.is_none_or(|secret| !refused.text.contains(secret)), "{why}");
            }
        }
        assert_eq!(keys(&app).len(), 1);
    });
}

#[test]
fn atk_s09_m16_a_key_that_is_here_or_was_withdrawn_is_not_taken_again() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let text = new_pem();
        let import = |now: bool| app.admin.post("/api/v1/keys/import", &json!({"pem": text, "now": now}));
        let kid = import(true).expect(200).json()["kid"].as_str().unwrap().to_owned();
        let token = app.token("t", &[]);
        assert!(import(true).expect(409).text.contains("here already"));
        let _ = app.admin.post(&format!("/api/v1/keys/{kid}/withdraw"), &json!({})).expect(200);
        assert_eq!(app.whoami(&token), 401);
        for now in [false, true] {
            assert!(import(now).expect(409).text.contains("here already"), "its name is taken for good");
        }
        let file = app.database.folder().join("again.pem");
        std::fs::write(&file, &text).unwrap();
        assert_eq!(app.program.run(&["key", "import", "--now", &file.to_string_lossy()]).code, Some(1));
        assert_eq!((app.whoami(&token), in_state(&app, "withdrawn")), (401, vec![kid.clone()]));
        // Not even by hand: the database keeps it withdrawn, and the published set never has it.
        assert!(app.database.sql(&format!("UPDATE keys SET state = 'next' WHERE kid = '{kid}'")).is_err());
        let set = app.server.client().get("/.well-known/jwks.json").expect(200);
        assert!(!set.text.contains(&kid));
        assert!(!set.json()["keys"].as_array().unwrap().is_empty());
    });
}
