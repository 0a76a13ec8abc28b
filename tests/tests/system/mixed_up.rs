//! Two installations and what belongs to them, mixed up by mistake: it is told, nobody passes who should not, and nothing
//! is damaged.

use std::fs;

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use crate::app::App;
use crate::keys::soon;

/// Another key than any database of ours was made with: 32 bytes in base64url.
const ANOTHER: &str = "YW5vdGhlci1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzLi4";

/// An installation with somebody in it, by the clock of the machine.
fn installation(database: Database) -> App {
    let program = database.program();
    let app = App::with(database, program);
    // With somebody there, a start writes no code for the first person.
    let _ = app.user("somebody", &json!({}));
    soon("it knows how far its log is", || app.database.folder().join("server.applied").exists());
    app
}

/// Another one, with a master key of its own.
fn another(kind: Kind) -> App {
    let database = Database::fresh(kind);
    if kind == Kind::Postgres {
        // Databases of tests share one; an embedded one has its own anyway.
        fs::write(database.folder().join("test-master.key"), ANOTHER).unwrap();
    }
    installation(database)
}

/// A server that serves what belongs to another installation, and says so.
#[track_caller]
fn says_so(server: &Server) {
    let log = server.log();
    assert!(log.contains("this is another database"), "{log}");
    assert!(log.contains("its master key is not the one of this database"), "{log}");
}

fn whoami(server: &Server, text: &str) -> u16 {
    server.client().bearer(text).get("/api/v1/whoami").status
}

#[test]
fn atk_m06_a_server_that_is_given_the_database_of_another_installation_says_so_and_damages_nothing() {
    let ours = installation(Database::fresh(Kind::Postgres));
    let token = ours.token("ours", &[]);
    let mut theirs = another(Kind::Postgres);
    let foreign = theirs.token("theirs", &[]);
    assert_eq!(theirs.whoami(&foreign), 200);
    theirs.server.kill();

    let mistaken = theirs.program.clone().without("TOKENWARD_DATABASE_URL");
    let mistaken = mistaken.with("TOKENWARD_DATABASE_URL", &ours.database.address());
    let mut server = Server::start(&mistaken, theirs.database.folder().join("mistaken.log"));
    says_so(&server);
    assert_eq!((whoami(&server, &foreign.text), whoami(&server, &token.text)), (401, 200), "it serves the database");
    let admin = server.client().bearer(&ours.admin_text);
    let refused = admin.post("/api/v1/tokens", &json!({"name": "signed by whom", "roles": []})).expect(503);
    assert!(refused.text.contains("master key"), "{}", refused.text);
    // Beside it everything goes on, and what ends in one place has ended in the other.
    let more = ours.token("more", &[]);
    assert_eq!(whoami(&server, &more.text), 200);
    let _ = ours.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    assert_eq!((whoami(&server, &token.text), ours.whoami(&token)), (401, 401));
    server.kill();

    // One that was told who it is does not even start.
    let named = mistaken.with("TOKENWARD_ISSUER", "https://theirs.example");
    let refused = Server::try_start(&named, theirs.database.folder().join("named.log")).expect_err("a refusal");
    assert!(refused.contains("all tokens of this database say"), "{refused}");
    assert_eq!(ours.whoami(&more), 200);
    // The mistaken one may have told of refused calls, and cannot seal what it wrote; nothing is broken.
    let verdict = ours.program.run(&["events", "verify"]);
    assert!([Some(0), Some(4)].contains(&verdict.code), "{verdict:?}");
}

#[test]
fn atk_m06_the_data_of_another_installation_in_our_place_are_told_and_vouch_for_no_text_of_ours() {
    on_each_database(|database| {
        let theirs = another(database.kind);
        let foreign = theirs.token("theirs", &[]);
        theirs.database.back_up("backup");
        let mut ours = installation(database);
        let token = ours.token("ours", &[]);
        ours.server.kill();
        ours.database.back_up("own");
        fs::copy(theirs.database.folder().join("backup"), ours.database.folder().join("foreign")).unwrap();

        ours.database.restore("foreign");
        let mut server = Server::start(&ours.program, ours.database.folder().join("mistaken.log"));
        says_so(&server);
        assert_eq!(
            (whoami(&server, &token.text), whoami(&server, &foreign.text)),
            (401, 200),
            "it serves what is there"
        );
        let admin = server.client().bearer(&theirs.admin_text);
        let _ = admin.post("/api/v1/tokens", &json!({"name": "signed by whom", "roles": []})).expect(503);
        server.kill();

        ours.database.restore("own");
        ours.server = Server::start(&ours.program, ours.database.folder().join("server.log"));
        assert_eq!((ours.whoami(&token), ours.whoami(&foreign)), (200, 401), "as it was");
        assert_eq!(ours.program.run(&["events", "verify"]).code, Some(0));
    });
}
