//! `tokenward routes …`

use token_testkit::on_each_database;

use crate::app::App;
use crate::forward::ask;

#[test]
fn rules_are_set_listed_and_checked_beside_a_running_server() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.0/8");
        let app = App::with(database, program);
        let file = app.database.folder().join("rules.txt");
        std::fs::write(&file, "# rules\nGET /assets/** assets:read\n* /admin/** admin:all\n").unwrap();
        let run = |words: &[&str]| app.program.run(words);
        let set = run(&["routes", "set", &file.to_string_lossy()]).ok();
        assert!(set.out.contains("/assets/**") && set.err.contains("in force on the running node"), "{set:?}");
        // The server goes by them when the command has returned.
        let _ = ask(&app.admin, "GET", "/assets/1").expect(200);
        let listed = run(&["routes", "list", "--json"]).ok().json();
        assert_eq!((&listed["version"], listed["rules"].as_array().map(Vec::len)), (&serde_json::json!(1), Some(2)));
        assert_eq!(listed, app.admin.get("/api/v1/routes").expect(200).json());
        let again = run(&["routes", "set", &file.to_string_lossy(), "--json"]).ok();
        assert_eq!(again.json(), listed, "the same rules change nothing");
        let checked = run(&["routes", "check", "GET", "/assets/1"]).ok();
        assert_eq!(checked.out, "needs assets:read, by the rule: GET /assets/** assets:read\n");
        for (words, told) in [
            (["PUT", "/assets/1"], "refused: no route rule is about this method and path\n"),
            (["GET", "/assets//1"], "refused: a path has no empty segment, `//`\n"),
        ] {
            let refused = run(&[&["routes", "check"], &words[..]].concat());
            assert_eq!((refused.code, refused.out.as_str()), (Some(1), told));
        }
        let token = app.token("t", &[&app.role("Reader", &["allow assets:read"])]);
        let passes = run(&["routes", "check", "GET", "/assets", "--token", &token.id]).ok();
        assert!(
            passes.out.ends_with("the token passes: allowed by rule `allow assets:read` of role `Reader`\n"),
            "{passes:?}"
        );
        let not = run(&["routes", "check", "GET", "/admin/x", "--token", &token.id, "--json"]);
        assert_eq!((not.code, &not.json()["token"]["passes"]), (Some(1), &serde_json::json!(false)));
        std::fs::write(&file, "GET /a a:b\nbad\nget /b a:b\n").unwrap();
        let refused = run(&["routes", "set", &file.to_string_lossy()]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains("line 2: ") && refused.err.contains("line 3: "), "{refused:?}");
        assert_eq!(run(&["routes", "list", "--json"]).ok().json(), listed, "nothing changed");
    });
}
