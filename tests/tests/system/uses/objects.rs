//! The object and its text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use token_testkit::on_each_database;

use crate::app::{App, Made};

fn claims(token: &Made) -> Value {
    let payload = token.text.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn s06_s09_the_object_has_name_and_description_and_its_text_neither() {
    on_each_database(|database| {
        let app = App::start(database);
        let body = json!({"name": "Importer", "description": "nightly\nimport", "roles": []});
        let token = app.token_with(&body);
        let path = format!("/api/v1/tokens/{}", token.id);
        let shown = app.admin.get(&path).expect(200);
        assert_eq!((&shown.json()["name"], &shown.json()["description"]), (&body["name"], &body["description"]));
        assert!(!shown.text.contains(&token.text), "the object does not show the text");
        let claims = claims(&token);
        let names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["aud", "iat", "iss", "jti", "sub"]);
        assert_eq!(claims["sub"].as_str(), Some(token.id.as_str()));
        let _ = app.admin.patch(&path, 1, &json!({"name": "Exporter", "description": ""})).expect(200);
        let again = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200).json();
        assert_eq!(again["token"].as_str(), Some(token.text.as_str()), "a new name, the same text");
        let roles = app.admin.get("/api/v1/roles?name=external").expect(200).json();
        assert_eq!(roles["items"][0]["name"], "All external applications");
    });
}

#[test]
fn s08_s29_clients_share_a_text_and_one_revocation_hits_them_all() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("shared", &[]);
        // Each client keeps a connection of its own.
        let clients = [app.as_token(&token), app.as_token(&token), app.as_token(&token)];
        for client in clients.iter().chain(&clients) {
            let _ = client.get("/api/v1/whoami").expect(200);
        }
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        for client in clients.iter().chain([&app.as_token(&token)]) {
            let refused = client.get("/api/v1/whoami").expect(401);
            assert!(refused.text.contains("revoked"), "{}", refused.text);
        }
    });
}

#[test]
fn s10_atk_a19_revocation_acts_on_the_object_and_no_text_is_collected() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("Revoker", &["allow tokens:revoke"]);
        // Whoever revokes can neither list nor show.
        let revoker = app.as_token(&app.token("revoker", &[&role]));
        let token = app.token("t", &[]);
        let _ = revoker.get(&format!("/api/v1/tokens/{}", token.id)).expect(403);
        let jti = claims(&token)["jti"].as_str().unwrap().to_owned();
        for other in [token.text.as_str(), &jti] {
            let _ = revoker.post(&format!("/api/v1/tokens/{other}/revoke"), &json!({})).expect(404);
        }
        assert_eq!(app.whoami(&token), 200);
        let answer =
            revoker.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({"reason": "left"})).expect(200);
        assert!(!answer.text.contains(token.text.split('.').next_back().unwrap()));
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn s22_the_expiry_is_optional() {
    on_each_database(|database| {
        let app = App::at(database, 1_900_000_000);
        let token = app.token("no end", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        assert_eq!(app.admin.get(&path).expect(200).json()["expires_at"], Value::Null);
        assert_eq!(claims(&token).get("exp"), None);
        app.set_clock(8_000_000_000);
        assert_eq!(app.whoami(&token), 200);
        let _ = app.admin.patch(&path, 1, &json!({"expires_at": "2230-01-01T00:00:00Z"})).expect(200);
        app.set_clock(8_205_000_000);
        assert_eq!(app.whoami(&token), 401, "an end that was given later");
    });
}
