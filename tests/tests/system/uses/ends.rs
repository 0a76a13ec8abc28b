//! Ways in which a token's validity ends, and all that does not end it.

use serde_json::json;
use token_testkit::{Server, on_each_database};

use crate::app::{App, rules_json};

const START: i64 = 1_900_000_000;

#[test]
fn s35_validity_ends_by_revocation_deletion_and_expiry() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let end = json!({"name": "t", "expires_at": "2030-03-17T17:46:50Z"});
        let (revoked, deleted, expired) = (app.token("t", &[]), app.token("t", &[]), app.token_with(&end));
        for token in [&revoked, &deleted, &expired] {
            assert_eq!(app.whoami(token), 200);
        }
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        app.set_clock(START + 10);
        for token in [&revoked, &deleted, &expired] {
            assert_eq!(app.whoami(token), 401);
        }
    });
}

#[test]
fn s35_nothing_else_ends_it() {
    on_each_database(|database| {
        let mut app = App::at(database, START);
        let (role, other) = (app.role("Held", &["allow assets:read"]), app.role("Other", &[]));
        let creator_role = app.role("Creator", &["allow tokens:*", "allow assets:read"]);
        let creator = app.token("creator", &[&creator_role]);
        let body = json!({"name": "t", "roles": [role], "expires_at": "2099-01-01"});
        let token = crate::app::made(&app.as_token(&creator).post("/api/v1/tokens", &body).expect(201));
        let (path, role_path) = (format!("/api/v1/tokens/{}", token.id), format!("/api/v1/roles/{role}"));
        let lives = |app: &App, after: &str| assert_eq!(app.whoami(&token), 200, "after {after}");
        lives(&app, "its creation");
        for (version, save) in [
            json!({"name": "other", "description": "other"}),
            json!({"roles": [role, other]}),
            json!({"allowed_networks": ["127.0.0.0/8"]}),
            json!({"expires_at": "2098-01-01"}),
            json!({"revoked": false}),
            json!({"expires_at": "2099-01-01T00:00:00Z"}),
        ]
        .iter()
        .enumerate()
        {
            let version = app.admin.get(&path).expect(200).json()["version"].as_u64().unwrap_or(version as u64);
            let _ = app.admin.patch(&path, version, save).expect(200);
            lives(&app, &save.to_string());
        }
        let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200);
        lives(&app, "its text was shown");
        let _ = app.admin.patch(&role_path, 1, &json!({"rules": rules_json(&["deny *:*"])})).expect(200);
        lives(&app, "everything was denied to it");
        let _ = app.admin.delete(&format!("{role_path}?force")).expect(204);
        lives(&app, "its role was deleted");
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", creator.id)).expect(204);
        lives(&app, "its creator was deleted");
        let _ = app.program.run(&["key", "rotate", "--now", "--algorithm", "ES256"]).ok();
        lives(&app, "its key was retired");
        app.set_clock(START + 60 * 365 * 86_400);
        lives(&app, "sixty years");
        app.server.kill();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        lives(&app, "a restart");
    });
}

#[test]
fn s32_atk_a20_an_expired_token_is_shown_revoked_and_deleted_like_any_other() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let end = json!({"name": "t", "expires_at": "2030-03-17T17:46:50Z"});
        let (first, second) = (app.token_with(&end), app.token_with(&end));
        app.set_clock(START + 10);
        let path = format!("/api/v1/tokens/{}", first.id);
        assert_eq!(app.admin.get(&path).expect(200).json()["state"], "expired");
        let shown = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200).json();
        assert_eq!(shown["token"].as_str(), Some(first.text.as_str()));
        let listed = app.admin.get("/api/v1/tokens?state=expired").expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        let _ = app.admin.delete(&path).expect(204);
        let _ = app.admin.get(&path).expect(404);
        let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(404);
        let unknown = app.server.client().bearer("a.b.c").get("/api/v1/whoami").expect(401);
        let refused = app.as_token(&first).get("/api/v1/whoami").expect(401);
        assert_eq!(refused.header("www-authenticate"), unknown.header("www-authenticate"), "deleted, not expired");
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", second.id), &json!({})).expect(200);
        assert_eq!(app.admin.get(&format!("/api/v1/tokens/{}", second.id)).json()["state"], "revoked");
        app.set_clock(START);
        assert_eq!((app.whoami(&first), app.whoami(&second)), (401, 401), "no clock brings them back");
    });
}
