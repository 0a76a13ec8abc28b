//! The server is away, and comes back.

use token_testkit::{Server, on_each_database};

use super::between::{Between, Mood};
use super::service::Service;
use super::{call, follower, nodes, revoke, server, until};
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
