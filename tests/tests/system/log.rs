//! The log: complete, in order, and telling when somebody tampered with it.

use serde_json::json;
use token_core::EventKind;
use token_testkit::{Kind, Server, on_each_database};

use crate::app::{App, made};
use crate::sign_in::browser::sign_in;

const IMPORTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-rsa-2048.pem");

/// Events of every kind there is, as people and the product cause them; the server is started again on the way.
fn history(app: &mut App) {
    let _ = app.set_up("first").expect(201);
    let stranger = app.server.client();
    let _ = sign_in(&stranger, "first", "wrong wrong wrong").expect(401);
    let _ = app.signed_in("first").page().delete("/api/v1/session").expect(204);
    let _ = app.signed_in("first");
    let _ = app.admin.delete("/api/v1/sessions").expect(204);
    let role = app.role("r", &["allow assets:read"]);
    let token = app.token("t", &[&role]);
    let path = format!("/api/v1/tokens/{}", token.id);
    let _ = app.admin.patch(&path, 1, &json!({"name": "u"})).expect(200);
    let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200);
    let on_use = json!({"old_ends": {"on_first_use": "2099-01-01"}});
    let next = made(&app.admin.post(&format!("{path}/rotate"), &on_use).expect(201));
    assert_eq!(app.whoami(&next), 200, "the first use of the new text is an event");
    let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
    let _ = app.admin.delete(&path).expect(204);
    let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 1, &json!({"description": "x"})).expect(200);
    let _ = app.admin.delete(&format!("/api/v1/roles/{role}")).expect(204);
    let _ = crate::forward::set_rules(&app.admin, &["GET /assets/** assets:read"]);
    let user = app.user("ada", &json!({"password": "correct horse battery"}));
    let path = format!("/api/v1/users/{user}");
    let _ = app.admin.patch(&path, 1, &json!({"display_name": "Ada"})).expect(200);
    let _ = app.admin.patch(&path, 2, &json!({"password": "another horse battery"})).expect(200);
    let _ = app.admin.patch(&path, 3, &json!({"enabled": false})).expect(200);
    let _ = app.admin.delete(&path).expect(204);
    let key = app.program.run(&["key", "import", IMPORTED, "--now", "--json"]).ok().json()[0]["kid"].clone();
    let _ = app.program.run(&["key", "rotate"]).ok();
    let _ = app.program.run(&["key", "rotate", "--now"]).ok();
    let _ = app.program.run(&["key", "withdraw", "--yes", key.as_str().unwrap()]).ok();
    let _ = app.program.run(&["restore", "accept", "--yes"]).ok();

    // The sign-ins that a server refused are told when it ends, at the latest.
    app.server.terminate();
    assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());

    // A node without the master key ends: the calls it refused are an event without a MAC, until somebody seals it.
    let (file, kept) = (app.key_file(), app.database.folder().join("kept.key"));
    std::fs::rename(&file, &kept).unwrap();
    let untold = app.program.clone().without("TOKENWARD_MASTER_KEY_FILE");
    let mut unable = Server::start(&untold, app.database.folder().join("unable.log"));
    let _ = unable.client().get("/api/v1/whoami").expect(401);
    unable.terminate();
    assert_eq!(unable.wait(), Some(0), "{}", unable.log());
    std::fs::rename(kept, file).unwrap();
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    app.admin = app.server.client().bearer(&app.admin_text);
    let _ = app.token("sealing", &[]);
}

fn unlock(app: &App) {
    let statements: &[&str] = match app.database.kind {
        Kind::Sqlite => &["DROP TRIGGER events_fixed", "DROP TRIGGER events_kept"],
        Kind::Postgres => &["ALTER TABLE events DISABLE TRIGGER ALL"],
    };
    for statement in statements {
        app.database.sql(statement).unwrap();
    }
}

#[test]
fn x08_p66_g06_every_edited_column_of_every_event_is_found() {
    on_each_database(|database| {
        let mut app = App::start(database);
        history(&mut app);
        unlock(&app);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
        // One event of each kind; the master key is lost on no way but its own.
        let kinds = app.database.sql("SELECT kind, max(seq) FROM events GROUP BY kind ORDER BY kind").unwrap();
        let (mut there, events): (Vec<&str>, Vec<u64>) = kinds
            .lines()
            .filter_map(|row| row.split_once('|'))
            .map(|(kind, seq)| (kind, seq.parse::<u64>().unwrap()))
            .unzip();
        there.push("master-key.replaced");
        there.push("master-key.rewrapped");
        there.sort_unstable();
        let mut all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        all.sort_unstable();
        assert_eq!(there, all);
        let texts = [
            "actor_kind",
            "actor_name",
            "kind",
            "subject_kind",
            "subject_id",
            "subject_name",
            "details",
            "touches",
            "origin_address",
            "message_folded",
        ];
        let bytes = ["actor_id", "origin_request", "digest", "mac"];
        let blob = match app.database.kind {
            Kind::Sqlite => "x'00112233445566778899aabbccddeeff'",
            Kind::Postgres => "'\\x00112233445566778899aabbccddeeff'",
        };
        app.database.sql("CREATE TABLE kept AS SELECT * FROM events").unwrap();
        for seq in events {
            let edits = texts.iter().map(|column| format!("{column} = coalesce({column}, '') || 'x'"));
            let edits = edits.chain(bytes.iter().map(|column| format!("{column} = {blob}")));
            for edit in edits.chain(["at = at + 1".to_owned(), "mac = NULL".to_owned()]) {
                app.database.sql(&format!("UPDATE events SET {edit} WHERE seq = {seq}")).unwrap();
                let verdict = app.admin.get("/api/v1/events/verify").expect(200).json();
                assert!(verdict.to_string().contains("broken"), "{edit} of {seq}: {verdict}");
                let restore = format!(
                    "DELETE FROM events WHERE seq = {seq}; INSERT INTO events SELECT * FROM kept WHERE seq = {seq}"
                );
                app.database.sql(&restore).unwrap();
            }
        }
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0), "all put back");
        app.database.sql("DELETE FROM events WHERE seq = 3").unwrap();
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(3), "a removed row");
        app.database.sql("INSERT INTO events SELECT * FROM kept WHERE seq = 3").unwrap();
        app.database.sql("UPDATE events SET seq = 1000 WHERE seq = 3").unwrap();
        app.database.sql("UPDATE events SET seq = 3 WHERE seq = 4").unwrap();
        app.database.sql("UPDATE events SET seq = 4 WHERE seq = 1000").unwrap();
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(3), "two swapped rows");
    });
}

#[test]
fn p15_p65_numbers_have_no_gaps_under_concurrent_writers_and_no_change_lacks_its_event() {
    on_each_database(|database| {
        let app = App::start(database);
        std::thread::scope(|scope| {
            for n in 0..8 {
                let admin = app.admin.clone();
                scope.spawn(move || {
                    for m in 0..10 {
                        let body = json!({"name": format!("t{n}-{m}"), "roles": []});
                        let _ = admin.post("/api/v1/tokens", &body).expect(201);
                    }
                });
            }
        });
        let one = |sql: &str| app.database.sql(sql).unwrap().trim().to_owned();
        assert_eq!(one("SELECT count(*) FROM tokens"), "81");
        assert_eq!(one("SELECT count(*) FROM events WHERE kind = 'token.created'"), "81");
        assert_eq!(one("SELECT max(seq) - count(*) FROM events"), "0");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p65_an_event_that_cannot_be_written_undoes_the_change() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let statement = match app.database.kind {
            Kind::Sqlite => {
                "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.kind = 'token.revoked' \
                             BEGIN SELECT RAISE(ABORT, 'no'); END"
            }
            Kind::Postgres => {
                "CREATE TRIGGER broken BEFORE INSERT ON events FOR EACH ROW \
                               WHEN (NEW.kind = 'token.revoked') EXECUTE FUNCTION refuse('no')"
            }
        };
        app.database.sql(statement).unwrap();
        let answer = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(503);
        assert!(answer.header("retry-after").is_some());
        assert_eq!(app.whoami(&token), 200, "not revoked, and nobody was told so");
    });
}
