//! `tokenward role …`, as people and as programs read it.

use serde_json::json;
use token_testkit::on_each_database;

use super::{named, program, role, token};

#[test]
fn t02_a_role_in_words_by_its_name_in_any_letter_case() {
    on_each_database(|database| {
        let program = program(&database);
        let id = role(&program, "Reader", &["--allow", "assets:read", "--deny", "assets.secret:*"]);
        token(&program, "t", &["--role", "READER"]);
        let shown = "\
field        value
id           <id>
name         Reader
description
version      1
held by      1 tokens and 0 people
rule         allow assets:read
rule         deny assets.secret:*
";
        let names = [(id.as_str(), "<id>")];
        for spelling in ["Reader", "reader", "READER", "ＲＥＡＤＥＲ", &id] {
            assert_eq!(named(program.run(&["role", "show", spelling]), &names), shown, "{spelling}");
        }
        let edit = ["role", "edit", "reaDer", "--name", "Leser", "--allow", "b:read", "--remove", "allow assets:read"];
        let edited = "\
field        value
id           <id>
name         Leser
description
version      2
rule         deny assets.secret:*
rule         allow b:read
";
        assert_eq!(named(program.run(&edit), &names), edited);
        let refused = program.run(&["role", "delete", "LESER", "--yes"]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
        assert!(
            refused.err.contains("in use by 1 tokens and 0 people") && refused.err.contains("`--force`"),
            "{}",
            refused.err
        );
        assert_eq!(named(program.run(&["role", "delete", "LESER", "--yes", "--force"]), &names), "deleted\n");
    });
}

#[test]
fn t02_a_role_in_json() {
    on_each_database(|database| {
        let program = program(&database);
        let run = |arguments: &[&str]| program.run(&[arguments, &["--json"]].concat()).ok().json();
        let made = run(&["role", "create", "--name", "Reader", "--description", "reads", "--allow", "assets.*:read"]);
        let id = made["id"].as_str().unwrap();
        let mut object = json!({
            "id": id, "name": "Reader", "description": "reads", "built_in": false,
            "rules": [{"effect": "allow", "permission": "assets.*:read"}], "version": 1,
        });
        assert_eq!(made, object);
        let listed = run(&["role", "list"]);
        let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|role| role["name"].clone()).collect();
        assert_eq!(names, ["admin", "All external applications", "All users", "Reader"]);
        assert_eq!(run(&["role", "list", "--name", "rEAD"]), json!({"items": [object], "more": false}));
        object["used_by_tokens"] = json!(0);
        object["used_by_users"] = json!(0);
        object["users"] = json!([]);
        assert_eq!(run(&["role", "show", "reader"]), object);
        assert_eq!(run(&["role", "delete", "reader", "--yes"]), json!({"id": id, "deleted": true}));
    });
}

#[test]
fn t04_the_role_admin_is_shown_as_what_it_is() {
    on_each_database(|database| {
        let shown = program(&database).run(&["role", "show", "ADMIN"]).ok().out;
        assert!(shown.contains("\nrule         may do everything\n"), "{shown}");
    });
}
