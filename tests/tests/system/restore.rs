//! A database that has gone back: nobody serves it before an operator accepts it, and then everybody does.

use std::fs;

use serde_json::{Value, json};
use token_testkit::{Server, on_each_database};

use crate::app::{App, Made};
use crate::keys::soon;

/// The line in which a server says how far it knows the log: number, epoch, digest.
fn known(app: &App) -> Vec<String> {
    let line = fs::read_to_string(app.database.folder().join("server.applied")).unwrap_or_default();
    line.split_whitespace().map(ToOwned::to_owned).collect()
}

fn head(app: &App) -> String {
    app.admin.get("/api/v1/events?limit=1").expect(200).json()["items"][0]["seq"].to_string()
}

/// A server with a token that was revoked after the backup `backup`, and knows of it.
fn revoked_since(app: &App) -> Made {
    let token = app.token("revoked since", &[]);
    app.database.back_up("backup");
    revoke(app, &token);
    assert_eq!(app.whoami(&token), 401);
    let head = head(app);
    soon("the server says how far it is", || known(app).first() == Some(&head));
    token
}

fn revoke(app: &App, token: &Made) {
    let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
}

fn refused(app: &App) {
    let why = Server::try_start(&app.program, app.database.folder().join("refused.log")).expect_err("a refusal");
    assert!(why.contains("older than it was") && why.contains("tokenward restore accept"), "{why}");
}

fn accept(app: &App, options: &[&str]) -> Value {
    app.program.run(&[&["restore", "accept", "--json"], options].concat()).ok().json()
}

fn start(app: &mut App) {
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    app.admin = app.server.client().bearer(&app.admin_text);
}

#[test]
fn p23_m05_a_restored_backup_is_refused_until_it_is_accepted() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = revoked_since(&app);
        let before = known(&app);
        app.server.kill();
        app.database.restore("backup");
        refused(&app);

        let unasked = app.program.run(&["restore", "accept"]);
        assert_eq!(unasked.code, Some(2), "nobody is there to ask: {unasked:?}");
        refused(&app);
        let epoch = accept(&app, &["--yes"])["epoch"].as_str().unwrap().to_owned();
        assert_ne!(before[1], epoch);

        start(&mut app);
        soon("the file tells of the new life", || known(&app).get(1) == Some(&epoch));
        assert_eq!(app.whoami(&token), 200, "what the backup knows counts");
        revoke(&app, &token);
        assert_eq!(app.whoami(&token), 401);
        let told = app.admin.get("/api/v1/events?type=restore.accepted").expect(200).json();
        assert_eq!(told["items"][0]["level"], "warning", "{told}");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
        app.server.kill();
        start(&mut app);
        assert_eq!(app.whoami(&token), 401, "the new life is one like any other");
    });
}

#[test]
fn p23_m05_a_backup_that_has_grown_past_what_was_known_is_refused_too() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let _ = revoked_since(&app);
        let known: u64 = known(&app)[0].parse().unwrap();
        app.server.kill();
        app.database.restore("backup");
        for name in ["a", "b", "c"] {
            let _ = app.program.run(&["token", "create", "--name", name]).ok();
        }
        let grown: u64 = app.database.sql("SELECT max(seq) FROM events").unwrap().trim().parse().unwrap();
        assert!(known < grown);
        refused(&app);
        let _ = accept(&app, &["--yes"]);
        start(&mut app);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p23_every_token_issued_before_can_be_revoked_with_the_acceptance() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let tokens: Vec<Made> = (0..3).map(|number| app.token(&format!("t{number}"), &[])).collect();
        let since = revoked_since(&app);
        app.server.kill();
        app.database.restore("backup");
        // Three, the one of the backup, and the administrator's.
        assert_eq!(accept(&app, &["--revoke-all", "--yes"])["revoked"], 5);
        assert_eq!(accept(&app, &["--revoke-all", "--yes"])["revoked"], 0, "said again, nothing is left");

        start(&mut app);
        let _ = app.admin.get("/api/v1/whoami").expect(401);
        for token in tokens.iter().chain([&since]) {
            assert_eq!(app.whoami(token), 401);
        }
        let made = app.program.run(&["token", "create", "--name", "new", "--role", "admin", "--json"]).ok().json();
        let new = app.server.client().bearer(made["token"].as_str().unwrap());
        let told = new.get("/api/v1/events?type=token.revoked").expect(200).json();
        assert_eq!(told["items"].as_array().map(Vec::len), Some(5), "each with its event");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p23_a_running_server_halts_over_a_restored_backup_and_goes_on_when_it_is_accepted() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = revoked_since(&app);
        app.database.restore("backup");
        soon("the server halts", || app.server.client().get("/readyz").status == 503);
        assert_eq!(app.whoami(&token), 503, "neither yes nor no");
        let _ = app.admin.get("/api/v1/whoami").expect(503);
        assert!(app.server.log().contains("tokenward restore accept"), "{}", app.server.log());

        let epoch = accept(&app, &["--yes"])["epoch"].as_str().unwrap().to_owned();
        soon("the server goes on", || app.server.client().get("/readyz").status == 200);
        let _ = app.admin.get("/api/v1/whoami").expect(200);
        assert_eq!(app.whoami(&token), 200);
        revoke(&app, &token);
        assert_eq!(app.whoami(&token), 401);
        soon("the file tells of the new life", || known(&app).get(1) == Some(&epoch));
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
