//! A service that reads the database itself, beside a server and without one.

use token_testkit::{Database, Kind};

use super::service::Service;
use super::{call, nodes, revoke, server};

#[test]
fn x01_x02_a_service_on_the_database_itself_refuses_what_has_ended_and_needs_no_server() {
    let (mut app, reader) = server(Database::fresh(Kind::Sqlite), "1s");
    let log = app.database.folder().join("service.log");
    let database = app.database.address();
    let mut service = Service::of("own-database", &[("DATABASE", &database)], log).expect("a service that serves");

    let tokens = ["by the server", "on the command line", "never"].map(|name| app.token(name, &[&reader]));
    let [by_server, by_command, never] = &tokens;
    let nobody = app.token("nobody", &[]);
    for token in &tokens {
        assert_eq!(call(&service, token), 200, "at once");
    }
    assert_eq!(call(&service, &nobody), 403);

    assert_eq!(nodes(&revoke(&app, by_server)), 2, "it is a node like a server");
    assert_eq!(call(&service, by_server), 401, "when it has returned");
    let _ = app.program.run(&["token", "revoke", &by_command.id]).ok();
    assert_eq!(call(&service, by_command), 401, "when it has returned");

    app.server.terminate();
    assert_eq!(app.server.wait(), Some(0));
    assert_eq!(call(&service, never), 200, "it reads the database itself");
    let _ = app.program.run(&["token", "revoke", &never.id]).ok();
    assert_eq!(call(&service, never), 401, "when it has returned");
    service.stop();
}
