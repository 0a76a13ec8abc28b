//! Answers that come late are worth what is left of their lease.

use std::time::Duration;

use token_testkit::on_each_database;

use super::between::{Between, Mood};
use super::service::Service;
use super::{call, follower, revoke, server, until};

#[test]
fn atk_m12_x02_answers_that_are_five_seconds_late_let_nobody_in_too_late() {
    on_each_database(|database| {
        let (app, reader) = server(database, "1s");
        let good = app.token("good", &[&reader]);
        let between = Between::new(app.server.address());
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(between.address(), &follower(&app), log);
        // Later than the lease, and late within it.
        for (late, calls_at_least) in [(5_000, 100), (700, 10)] {
            let token = app.token("caller", &[&reader]);
            assert_eq!((call(&service, &token), call(&service, &good)), (200, 200));
            let (before, mut calls) = (between.spoiled(), 0);
            between.turn(Mood::Late(Duration::from_millis(late)));
            let _ = revoke(&app, &token);
            // From here on no call may pass, whatever comes of the answers that are on their way.
            while between.spoiled() < before + 4 {
                let status = call(&service, &token);
                assert!(status == 401 || status == 503, "accepted a call that was sent after the revocation: {status}");
                calls += 1;
            }
            assert!(calls_at_least < calls, "{calls} calls while answers were {late} ms late");
            between.turn(Mood::Passes);
            let _ = until(200, || call(&service, &good));
            assert_eq!(call(&service, &token), 401);
        }
        assert!(service.lives());
    });
}
