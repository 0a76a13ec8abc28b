//! Without, with another, and later with the master key.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use token_testkit::{Kind, Server, on_each_database};

use crate::app::App;

/// Another key than any database of ours was made with: 32 bytes in base64url.
const ANOTHER: &str = "YW5vdGhlci1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzLi4";

/// Ends the server, does something to the files, starts it again.
fn restart(app: &mut App, between: impl FnOnce(&App)) {
    app.server.kill();
    between(app);
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    app.admin = app.server.client().bearer(&app.admin_text);
}

fn without_key(app: &mut App) {
    restart(app, |app| fs::rename(app.key_file(), app.database.folder().join("kept.key")).unwrap());
}

fn with_key_again(app: &mut App) {
    restart(app, |app| fs::rename(app.database.folder().join("kept.key"), app.key_file()).unwrap());
}

/// Calls pass and tokens can be ended; what needs the master key is refused as not available, not as forbidden.
fn verifies_and_revokes_only(app: &App) {
    let token = app.admin.get("/api/v1/whoami").expect(200).json()["id"].clone();
    let refused = app.admin.post("/api/v1/tokens", &json!({"name": "x", "roles": []})).expect(503);
    assert!(refused.text.contains("master key"), "{}", refused.text);
    let path = format!("/api/v1/tokens/{}/reveal", token.as_str().unwrap());
    let _ = app.admin.post(&path, &json!({})).expect(503);
    let rotate = format!("/api/v1/tokens/{}/rotate", token.as_str().unwrap());
    let _ = app.admin.post(&rotate, &json!({"old_ends": "now"})).expect(503);
    for (path, body) in [("rotate", json!({})), ("import", json!({"pem": crate::keys::new_pem()}))] {
        let _ = app.admin.post(&format!("/api/v1/keys/{path}"), &body).expect(503);
    }
    let ready = app.server.client().get("/readyz").expect(200);
    assert!(ready.text.contains("verify only"), "{}", ready.text);
    assert!(app.server.log().contains("issues and shows nothing"), "it says so at the start");
}

fn verdict(app: &App) -> (Option<i32>, String) {
    let output = app.program.run(&["events", "verify", "--json"]);
    (output.code, output.out)
}

#[test]
fn p52_m11_without_the_master_key_a_node_verifies_and_revokes_and_its_events_are_sealed_later() {
    on_each_database(|database| {
        let mut app = App::start(database);
        // PostgreSQL is told where the key is; a node without one is told nothing.
        let (told, untold) = (app.program.clone(), app.program.clone().without("TOKENWARD_MASTER_KEY_FILE"));
        let victim = app.token("victim", &[]);
        app.program = untold;
        without_key(&mut app);
        verifies_and_revokes_only(&app);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", victim.id), &json!({})).expect(200);
        assert_eq!(app.whoami(&victim), 401);
        let (code, text) = verdict(&app);
        assert_eq!(code, Some(4), "an event without a MAC: {text}");
        assert!(text.contains("\"unsealed\""), "{text}");

        app.program = told;
        with_key_again(&mut app);
        assert_eq!(app.whoami(&victim), 401);
        let _ = app.token("next", &[]);
        let (code, text) = verdict(&app);
        assert_eq!(code, Some(0), "all sealed: {text}");
        let sealed = app.admin.get("/api/v1/events?type=log.sealed").expect(200).json();
        assert_eq!(sealed["items"].as_array().unwrap().len(), 1, "{sealed}");
    });
}

#[test]
fn p66_an_unsealed_event_that_was_edited_is_found_and_never_sealed() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let victim = app.token("victim", &[]);
        let (told, untold) = (app.program.clone(), app.program.clone().without("TOKENWARD_MASTER_KEY_FILE"));
        app.program = untold;
        without_key(&mut app);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", victim.id), &json!({})).expect(200);
        // The trigger lets an event without a MAC be given one; that is the moment somebody could use.
        if app.database.kind == Kind::Sqlite {
            app.database.sql("DROP TRIGGER events_fixed").unwrap();
        } else {
            app.database.sql("ALTER TABLE events DISABLE TRIGGER ALL").unwrap();
        }
        let without_mac = |app: &App| app.database.sql("SELECT count(*) FROM events WHERE mac IS NULL").unwrap();
        // The start writes of the code for the first person, and the call of the revocation.
        let before = without_mac(&app);
        app.database.sql("UPDATE events SET actor_name = 'somebody else' WHERE mac IS NULL").unwrap();
        assert_eq!(verdict(&app).0, Some(3), "links are checked without the master key, too");
        app.program = told;
        with_key_again(&mut app);
        let next = app.token("changes go on, revocations above all", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", next.id), &json!({})).expect(200);
        assert_eq!((app.whoami(&victim), app.whoami(&next)), (401, 401));
        assert_eq!(verdict(&app).0, Some(3), "nothing was sealed over it");
        assert_eq!(without_mac(&app), before, "none of the edited has a MAC");
    });
}

#[test]
fn p52_another_master_key_damages_nothing() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("t", &[]);
        restart(&mut app, |app| {
            fs::rename(app.key_file(), app.database.folder().join("kept.key")).unwrap();
            fs::write(app.key_file(), ANOTHER).unwrap();
            fs::set_permissions(app.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
        });
        verifies_and_revokes_only(&app);
        assert!(app.server.log().contains("not the one of this database"), "{}", app.server.log());
        with_key_again(&mut app);
        let shown = app.admin.post(&format!("/api/v1/tokens/{}/reveal", token.id), &json!({})).expect(200).json();
        assert_eq!(shown["token"].as_str(), Some(token.text.as_str()));
        assert_eq!(verdict(&app).0, Some(0));
    });
}

#[test]
fn f03_a_key_file_that_cannot_be_trusted_stops_the_start_with_the_reason() {
    on_each_database(|database| {
        let mut app = App::start(database);
        app.server.kill();
        let file = app.key_file();
        let good = fs::read(&file).unwrap();
        let start = |why: &str| {
            let log = app.database.folder().join("refused.log");
            let refused = Server::try_start(&app.program, log.clone()).expect_err(why);
            assert!(refused.contains(why), "expected `{why}`: {refused}");
            fs::remove_file(log).unwrap();
        };
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        start("0640");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for bad in [Vec::new(), good[..20].to_vec(), [good.as_slice(), b"x"].concat(), vec![b'A'; 5_000]] {
            fs::write(&file, bad).unwrap();
            start("key");
        }
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/dev/null", &file).unwrap();
        start("key");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        start("key");
        fs::remove_dir(&file).unwrap();
        fs::write(&file, good).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let server = Server::start(&app.program, app.database.folder().join("server.log"));
        let _ = server.client().bearer(&app.admin_text).get("/api/v1/whoami").expect(200);
    });
}
