//! A node that goes by the rules of a file of its own.

use serde_json::json;
use token_testkit::{Server, on_each_database};

use super::put;
use crate::app::App;
use crate::forward::{ask, rules, set_rules};

#[test]
fn a_node_with_a_file_goes_by_that_alone_and_says_so() {
    on_each_database(|database| {
        let file = database.folder().join("routes");
        std::fs::write(&file, "# what passes\n\nGET /file/** file:read   # everybody with that\n").unwrap();
        let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.0/8");
        let app = App::with(database, program);
        let _ = set_rules(&app.admin, &["GET /database database:read"]);
        let own = app.program.clone().with("TOKENWARD_ROUTE_RULES", &file.to_string_lossy());
        let own = own.with("TOKENWARD_DATA_DIR", &app.database.folder().join("own").to_string_lossy());
        let own = match app.database.kind {
            // One server has an embedded database.
            token_testkit::Kind::Sqlite => app.program.clone().with("TOKENWARD_ROUTE_RULES", &file.to_string_lossy()),
            token_testkit::Kind::Postgres => own,
        };
        let App { server, admin_text, database, .. } = app;
        drop(server);
        let server = Server::start(&own, database.folder().join("own.log"));
        let admin = server.client().bearer(&admin_text);
        let shown = admin.get("/api/v1/routes").expect(200).json();
        let expected = json!([{"method": "GET", "path": "/file/**", "permission": "file:read"}]);
        assert_eq!((&shown["rules"], &shown["source"], &shown["version"]), (&expected, &json!("file"), &json!(0)));
        let _ = ask(&admin, "GET", "/file/x").expect(200);
        let _ = ask(&admin, "GET", "/database").expect(403);
        assert_eq!(
            admin.get("/api/v1/routes/check?method=GET&path=/file").expect(200).json()["rule"]["permission"],
            "file:read"
        );
        let refused = put(&admin, "\"0\"", &rules(&[])).expect(409);
        assert!(refused.text.contains("setting `route_rules`"), "{}", refused.text);
        let output = own.run(&["routes", "set", &file.to_string_lossy()]);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.err.contains("setting `route_rules`"), "{output:?}");
    });
}

#[test]
fn every_wrong_line_of_the_file_is_told_and_nothing_starts() {
    on_each_database(|database| {
        let file = database.folder().join("routes");
        std::fs::write(&file, "GET /a a:b\nnonsense\nGET /a c:d\n\nGET a a:b\n").unwrap();
        let program = database.program().with("TOKENWARD_ROUTE_RULES", &file.to_string_lossy());
        let refused = Server::try_start(&program, database.folder().join("server.log")).unwrap_err();
        assert!(refused.contains("exit status: 2"), "{refused}");
        for line in ["line 2: a rule is", "line 3: another rule", "line 5: a path begins with"] {
            assert!(refused.contains(line), "{refused}");
        }
        let missing = database.program().with("TOKENWARD_ROUTE_RULES", "/nowhere/routes");
        let output = missing.run(&["routes", "list"]);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(output.err.contains("setting `route_rules` (file `/nowhere/routes`)"), "{output:?}");
    });
}
