//! The server is away, and comes back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use token_testkit::{Server, on_each_database};

use super::between::{Between, Mood};
use super::service::Service;
use super::{call, follower, nodes, reader, revoke, server, until};
use crate::app::App;

/// The same database under a new server.
fn restart(app: &mut App, between: &Between) {
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    app.admin = app.server.client().bearer(&app.admin_text);
    between.lead_to(app.server.address());
}

#[test]
fn p11_p24_x02_a_service_goes_on_for_its_lease_then_refuses_and_is_back_with_the_server() {
    on_each_database(|database| {
        let (mut app, reader) = server(database, "6s");
        let (token, other) = (app.token("caller", &[&reader]), app.token("other", &[&reader]));
        let between = Between::new(app.server.address());
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(between.address(), &follower(&app), log);
        assert_eq!((call(&service, &token), call(&service, &other)), (200, 200));
        app.server.kill();
        let before = until(503, || call(&service, &token));
        assert!(before.iter().all(|status| *status == 200), "{before:?}");
        assert!(!before.is_empty(), "without the server it goes on for what is left of its lease");
        let stale = service.client().bearer(&token.text).get("/assets").expect(503);
        assert_eq!(stale.json()["type"], "/problems/stale", "{stale:?}");
        assert!(stale.header("retry-after").is_some());
        restart(&mut app, &between);
        let before = until(200, || call(&service, &token));
        assert!(before.iter().all(|status| *status == 503), "{before:?}");
        assert!(service.lives(), "nobody started it again");
        let revoked = revoke(&app, &other);
        assert!(2 <= nodes(&revoked), "{revoked:?}");
        assert_eq!(call(&service, &other), 401);
    });
}

#[test]
fn p12_x02_a_server_that_starts_again_waits_for_services_it_has_not_heard_of() {
    on_each_database(|database| {
        let (mut app, reader) = server(database, "4s");
        let token = app.token("caller", &[&reader]);
        let between = Between::new(app.server.address());
        let service = Service::start(between.address(), &follower(&app), app.database.folder().join("service.log"));
        assert_eq!(call(&service, &token), 200);
        between.turn(Mood::Away);
        app.server.kill();
        restart(&mut app, &between);
        let revoked = revoke(&app, &token);
        assert!(2 <= nodes(&revoked), "its registration is in the database: {revoked:?}");
        let after = call(&service, &token);
        assert!(after == 503 || after == 401, "{after}");
        between.turn(Mood::Passes);
        let before = until(401, || call(&service, &token));
        assert!(before.iter().all(|status| *status == 503), "{before:?}");
    });
}

/// Somebody who calls in a thread of their own stops, also when the test fails meanwhile.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn x02_a_server_that_is_started_again_within_the_lease_is_missed_by_no_call_that_is_warm() {
    // Half of it may be over when the server is told to end: an answer is held for a quarter, and the one that is held
    // then is lost. The other half is for a server that gives calls one second to end, and for its next start.
    const LEASE: &str = "40s";
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_LEASE", LEASE);
        let mut app = App::with(database, program.with("TOKENWARD_SHUTDOWN_TIMEOUT", "1s"));
        let reader = reader(&app);
        let (kept, ended) = (app.token("kept", &[&reader]), app.token("ended", &[&reader]));
        let between = Between::new(app.server.address());
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(between.address(), &follower(&app), log);
        assert_eq!((call(&service, &kept), call(&service, &ended)), (200, 200));
        let stopped = AtomicBool::new(false);
        let answers = scope(|scope| {
            let caller = scope.spawn(|| {
                let mut answers = BTreeMap::<u16, usize>::new();
                while !stopped.load(Ordering::SeqCst) {
                    *answers.entry(call(&service, &kept)).or_default() += 1;
                    sleep(Duration::from_millis(2));
                }
                answers
            });
            let stop = Stop(&stopped);
            app.server.terminate();
            assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
            assert_eq!(call(&service, &kept), 200, "while there is no server");
            restart(&mut app, &between);
            // Nobody here waits for an answer as long as a change waits for a silent node: the service says that it knows.
            let revoked = revoke(&app, &ended);
            assert!(2 <= nodes(&revoked), "{revoked:?}");
            assert_eq!(call(&service, &ended), 401);
            drop(stop);
            caller.join().unwrap()
        });
        assert!(10 < answers[&200] && answers.len() == 1, "by status: {answers:?}");
        assert!(service.lives(), "nobody started it again");
    });
}
