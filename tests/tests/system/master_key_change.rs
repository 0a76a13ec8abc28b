//! Another master key: chosen, whatever happens on the way, or because the old one is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Output, Program, Server, on_each_database};

use crate::app::App;

/// A file for a new master key that nobody has yet.
fn new_file(database: &Database, name: &str) -> PathBuf {
    database.folder().join(format!("{name}.key"))
}

fn rewrap(program: &Program, file: &Path) -> Output {
    program.run(&["key", "rewrap", "--new-master-key-file", &file.to_string_lossy(), "--json"])
}

/// The text of a token, as the program shows it with whichever master key it finds.
fn shown(program: &Program, id: &str) -> String {
    program.run(&["token", "show", id, "--text"]).ok().out.trim().to_owned()
}

fn restart(app: &mut App) {
    app.server.kill();
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    app.admin = app.server.client().bearer(&app.admin_text);
}

fn count(app: &App, kind: &str) -> usize {
    let page = app.admin.get(&format!("/api/v1/events?type={kind}")).expect(200).json();
    page["items"].as_array().unwrap().len()
}

#[test]
fn p54_everything_is_sealed_under_the_new_master_key_and_the_old_one_opens_nothing() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("t", &[]);
        let _ = app.program.run(&["key", "rotate"]).ok();
        let (key_file, file) = (app.key_file(), new_file(&app.database, "new"));
        let old = fs::read(&key_file).unwrap();
        let done = rewrap(&app.program, &file).ok().json();
        assert_eq!(
            (done["resealed"].as_u64(), done["left"].as_u64()),
            (Some(3), Some(0)),
            "two keys, and the log's: {done}"
        );
        assert_eq!(fs::read(&key_file).unwrap(), fs::read(&file).unwrap());
        assert!(!app.database.folder().join("master.key.next").exists());
        let again = rewrap(&app.program, &file).ok().json();
        assert_eq!(again["resealed"], 0, "it can be repeated: {again}");
        restart(&mut app);
        assert_eq!(shown(&app.program, &token.id), token.text, "the same bytes");
        let made = app.token("made", &[]);
        assert_eq!((app.whoami(&token), app.whoami(&made)), (200, 200));
        assert_eq!(count(&app, "master-key.rewrapped"), 1);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));

        fs::write(&key_file, old).unwrap();
        restart(&mut app);
        assert_eq!(app.whoami(&token), 200);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/reveal", token.id), &json!({})).expect(503);
        assert!(app.server.log().contains("not the one of this database"));
        let refused = rewrap(&app.program, &new_file(&app.database, "third"));
        assert_eq!(refused.code, Some(1), "{}", refused.err);
    });
}

#[test]
fn p54_a_server_that_holds_the_old_master_key_goes_on_and_damages_nothing() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("t", &[]);
        let _ = rewrap(&app.program, &new_file(&app.database, "new")).ok();
        // What it has opened it signs with; what it would seal nobody could open.
        let other = app.token("other", &[]);
        for path in ["rotate", "import"] {
            let body = if path == "import" { json!({"pem": crate::keys::new_pem()}) } else { json!({}) };
            let refused = app.admin.post(&format!("/api/v1/keys/{path}"), &body).expect(503);
            assert!(refused.text.contains("no longer"), "{}", refused.text);
        }
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        restart(&mut app);
        let _ = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200);
        assert_eq!((app.whoami(&token), app.whoami(&other)), (401, 200));
        assert_eq!(shown(&app.program, &other.id), other.text);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
#[cfg(feature = "failpoints")]
fn p54_killed_at_every_stop_a_change_of_the_master_key_can_be_gone_on_with() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("t", &[]);
        app.server.kill();
        let stops = ["rewrap.prepared", "rewrap.committed", "rewrap.replaced"].iter().chain(token_store::FAILPOINTS);
        for stop in stops.copied() {
            let file = new_file(&app.database, stop);
            let dies = app.program.clone().with("TOKENWARD_CRASH_AT", &format!("{stop}@1"));
            let died = rewrap(&dies, &file);
            assert_eq!(died.code, None, "{stop}: {}", died.err);
            // Whoever starts now finds the right one of both files; and so does whoever goes on.
            assert_eq!(shown(&app.program, &token.id), token.text, "{stop}");
            let _ = rewrap(&app.program, &file).ok();
            assert_eq!(fs::read(app.key_file()).unwrap(), fs::read(&file).unwrap(), "{stop}");
            assert_eq!(shown(&app.program, &token.id), token.text, "{stop}");
        }
        restart(&mut app);
        assert_eq!(count(&app, "master-key.rewrapped"), 3 + token_store::FAILPOINTS.len());
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p54_killed_at_twenty_random_moments_it_works_before_and_after_going_on() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        for round in 0..20_u64 {
            let file = new_file(&app.database, &format!("round-{round}"));
            let arguments = ["key", "rewrap", "--new-master-key-file", &file.to_string_lossy()];
            let mut command = app.program.command(&arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // Any moment will do; where it falls is up to the machine.
            std::thread::sleep(Duration::from_millis(7 * round));
            let _ = child.kill();
            let _ = child.wait();
            assert_eq!(shown(&app.program, &token.id), token.text, "round {round}");
            // A kill while the file was made leaves half a key, which the next one says.
            if fs::read(&file).is_ok_and(|key| key.len() < 44) {
                fs::remove_file(&file).unwrap();
            }
            let _ = rewrap(&app.program, &file).ok();
            assert_eq!(fs::read(app.key_file()).unwrap(), fs::read(&file).unwrap(), "round {round}");
            assert_eq!(shown(&app.program, &token.id), token.text, "round {round}");
        }
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p54_two_changes_at_a_time_and_odd_files_are_refused() {
    on_each_database(|database| {
        let app = App::start(database);
        let (key_file, file) = (app.key_file(), new_file(&app.database, "new"));
        let next = key_file.with_added_extension("next");
        let other = app.program.run(&["token", "list"]).ok();
        fs::write(&next, "YW5vdGhlci1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzLi4\n").unwrap();
        fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let refused = rewrap(&app.program, &file);
        assert_eq!(refused.code, Some(1));
        assert!(refused.err.contains("another change of the master key"), "{}", refused.err);
        assert_eq!(app.program.run(&["token", "list"]).ok().out, other.out, "a start does not mind the file");
        fs::remove_file(&next).unwrap();
        let before = fs::read(&key_file).unwrap();
        for bad in ["", "short", &"A".repeat(5_000)] {
            fs::write(&file, bad).unwrap();
            fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            assert_eq!(rewrap(&app.program, &file).code, Some(1));
        }
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(rewrap(&app.program, &file).code, Some(1));
        assert_eq!((fs::read(&key_file).unwrap(), next.exists()), (before, false));
    });
}

#[test]
fn p53_without_the_lost_master_key_tokens_stay_good_and_revocable_and_new_ones_are_made() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let (kept, ended) = (app.token("kept", &[]), app.token("ended", &[]));
        let _ = app.program.run(&["key", "rotate"]).ok();
        let replace =
            |program: &Program, more: &[&str]| program.run(&[&["key", "replace-lost-master-key"], more].concat());
        app.server.terminate();
        let _ = app.server.wait();
        let not_lost = replace(&app.program, &["--yes"]);
        assert_eq!(not_lost.code, Some(1), "{}", not_lost.out);
        assert!(not_lost.err.contains("is the one of this database"), "{}", not_lost.err);

        fs::remove_file(app.key_file()).unwrap();
        assert_eq!(replace(&app.program, &[]).code, Some(2), "it asks first");
        assert!(!app.key_file().exists());
        let told = replace(&app.program, &["--yes"]).ok().out;
        assert!(told.contains("signing") && told.contains("retired"), "{told}");
        assert!(app.key_file().exists(), "a new master key was made");
        restart(&mut app);
        assert_eq!((app.whoami(&kept), app.whoami(&ended)), (200, 200));
        let gone = app.admin.post(&format!("/api/v1/tokens/{}/reveal", kept.id), &json!({})).expect(409);
        assert!(gone.text.contains("is lost; make a new text"), "{}", gone.text);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", ended.id), &json!({})).expect(200);
        assert_eq!(app.whoami(&ended), 401);
        let rotated =
            app.admin.post(&format!("/api/v1/tokens/{}/rotate", kept.id), &json!({"old_ends": "now"})).expect(201);
        let text = rotated.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(shown(&app.program, &kept.id), text);
        assert_eq!((app.whoami(&kept), count(&app, "master-key.replaced")), (401, 1));
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0), "the log goes on");
        // What is sealed under the lost key stays as it is, also when the new one is changed.
        let done = rewrap(&app.program, &new_file(&app.database, "new")).ok().json();
        assert_eq!((done["resealed"].as_u64(), done["left"].as_u64()), (Some(2), Some(2)), "{done}");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p53_p66_the_log_before_a_lost_master_key_is_still_held_and_nobody_else_can_say_it_was_lost() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("t", &[]);
        app.server.terminate();
        let _ = app.server.wait();
        fs::remove_file(app.key_file()).unwrap();
        let _ = app.program.run(&["key", "replace-lost-master-key", "--yes"]).ok();
        restart(&mut app);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        match app.database.kind {
            token_testkit::Kind::Sqlite => app.database.sql("DROP TRIGGER events_fixed").unwrap(),
            token_testkit::Kind::Postgres => app.database.sql("ALTER TABLE events DISABLE TRIGGER ALL").unwrap(),
        };
        let verify = || app.program.run(&["events", "verify"]).code;
        assert_eq!(verify(), Some(0));
        app.database.sql("UPDATE events SET actor_name = 'x' || actor_name WHERE seq = 2").unwrap();
        assert_eq!(verify(), Some(3), "an event before it");
        app.database.sql("UPDATE events SET actor_name = substr(actor_name, 2) WHERE seq = 2").unwrap();
        assert_eq!(verify(), Some(0));
        app.database.sql("UPDATE events SET mac = NULL WHERE kind = 'master-key.replaced'").unwrap();
        assert_eq!(verify(), Some(3), "its own MAC");
    });
}
