//! The command line beside a running server.

use token_testkit::{Server, on_each_database};

#[test]
fn s37_the_very_first_token_works_as_soon_as_the_command_returned() {
    on_each_database(|database| {
        let program = database.program();
        let server = Server::start(&program, database.folder().join("server.log"));
        let created = program.run(&["token", "create", "--name", "first", "--json"]).ok().json();
        let caller = server.client().bearer(created["token"].as_str().unwrap());
        let _ = caller.get("/api/v1/whoami").expect(200);
        let _ = program.run(&["token", "revoke", created["id"].as_str().unwrap()]).ok();
        let _ = caller.get("/api/v1/whoami").expect(401);
        let _ = program.run(&["key", "rotate", "--now", "--algorithm", "ES256"]).ok();
        let next = program.run(&["token", "create", "--name", "next", "--json"]).ok().json();
        let _ = server.client().bearer(next["token"].as_str().unwrap()).get("/api/v1/whoami").expect(200);
    });
}
