//! The thread that follows the log panics, and so does every call that looks into the log for itself.
#![cfg(feature = "failpoints")]

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::App;
use crate::remote::until;

/// Looks that go well before the first that does not: more than a start takes.
const CALM: usize = 120;

/// Looks that panic then, one after the other: the thread alone makes no more than twenty in a second.
const PANICS: usize = 200;

/// What is answered where nobody knows: by a call that met the panic itself, and by one that waited for the thread.
const UNKNOWN: [u16; 2] = [500, 503];

/// Looks until one panics: public keys are told after a look.
fn until_it_panics(app: &App) {
    let before = until(500, || app.server.client().get("/.well-known/jwks.json").status);
    assert!(before.iter().all(|status| *status == 200), "{before:?}");
}

#[test]
fn p17_while_following_panics_nobody_passes_after_the_lease_and_the_server_is_back_without_a_restart() {
    on_each_database(|database| {
        let faults = format!("follow.read={CALM}*off->{PANICS}*panic");
        let program = database.program().with("TOKENWARD_LEASE", "1s").with("TOKENWARD_FAULTS", &faults);
        let app = App::with(database, program.with("RUST_BACKTRACE", "0"));
        let tokens = ["kept", "by a command", "by a call"].map(|name| app.token(name, &[]));
        let [kept, by_command, by_call] = &tokens;
        for token in &tokens {
            assert_eq!(app.whoami(token), 200);
        }
        until_it_panics(&app);

        // The server learns nothing of this: it is waited for as long as it may go by what it has read.
        let beside = app.program.clone().without("TOKENWARD_FAULTS");
        let _ = beside.run(&["token", "revoke", &by_command.id]).ok();
        for token in [by_command, kept] {
            let status = app.whoami(token);
            assert!(UNKNOWN.contains(&status), "its lease has ended: {status}");
        }
        let ready = app.server.client().get("/readyz").expect(503);
        assert!(ready.text.contains("cannot be followed"), "{ready:?}");
        let _ = app.server.client().get("/healthz").expect(200);

        let revoke = || app.admin.post(&format!("/api/v1/tokens/{}/revoke", by_call.id), &json!({})).status;
        let before = until(200, revoke);
        assert!(before.iter().all(|status| UNKNOWN.contains(status)), "{before:?}");
        for (token, expected) in [(by_call, 401), (by_command, 401), (kept, 200)] {
            let before = until(expected, || app.whoami(token));
            assert!(before.iter().all(|status| *status == 503), "before {expected}: {before:?}");
        }
        let log = app.server.log();
        assert_eq!(log.matches("failpoint follow.read panic").count(), PANICS);
        assert!(log.contains("thread 'follower'"), "the thread itself panicked: {log}");
    });
}
