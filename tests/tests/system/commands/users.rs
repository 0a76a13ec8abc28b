//! `tokenward user …`, as people and as programs read it.

use serde_json::{Value, json};
use token_testkit::{Output, Program, on_each_database};

use super::{NOBODY, named, program, role};

const PASSWORD: &str = "correct horse battery";

/// Runs a command that reads a password.
fn with_password(program: &Program, arguments: &[&str], password: &str) -> Output {
    program.run_with_input(&[arguments, &["--password-stdin"]].concat(), password.as_bytes())
}

/// Makes a person; their id.
#[track_caller]
fn user(program: &Program, name: &str, more: &[&str]) -> String {
    let create = [&["user", "create", "--json", "--username", name], more].concat();
    with_password(program, &create, PASSWORD).ok().json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn s18_a_person_in_words_by_their_name_in_any_letter_case() {
    on_each_database(|database| {
        let program = program(&database);
        role(&program, "Reader", &["--allow", "assets:read"]);
        user(&program, "root", &["--role", "admin"]);
        let id = user(&program, "Ada", &["--display-name", "Ada Lovelace", "--role", "reader"]);
        let names = [(id.as_str(), "<id>")];
        let shown = |name: &str, called: &str, state: &str, version: u64, role: &str| {
            format!(
                "field         value\nid            <id>\nuser name     {name}\ndisplay name  {called}\n\
                 state         {state}\nversion       {version}\nsessions      0\ntokens made   0\n{role}"
            )
        };
        let reader = "role          Reader\n";
        for spelling in ["Ada", "ADA", "ａｄａ", &id] {
            let found = named(program.run(&["user", "show", spelling]), &names);
            assert_eq!(found, shown("Ada", "Ada Lovelace", "enabled", 1, reader), "{spelling}");
        }
        let listed = named(program.run(&["user", "list", "--name", "LOVE"]), &names);
        let head = format!("{:36}  user name  display name  state", "id");
        assert_eq!(listed, format!("{head}\n<id>  Ada        Ada Lovelace  enabled\n"));
        let run = |arguments: &[&str]| named(program.run(arguments), &names);
        let edited = run(&["user", "edit", "ada", "--username", "Ada.L", "--display-name", "Ada", "--no-roles"]);
        assert_eq!(edited, shown("Ada.L", "Ada", "enabled", 2, ""));
        assert_eq!(run(&["user", "edit", "ada.l", "--role", "READER"]), shown("Ada.L", "Ada", "enabled", 3, reader));
        assert_eq!(run(&["user", "disable", "ada.l"]), shown("Ada.L", "Ada", "disabled", 4, reader));
        assert_eq!(run(&["user", "disable", "ada.l"]), shown("Ada.L", "Ada", "disabled", 4, reader), "nothing to do");
        assert_eq!(run(&["user", "enable", "ada.l"]), shown("Ada.L", "Ada", "enabled", 5, reader));
        let password = with_password(&program, &["user", "password", "ada.l"], "another horse battery\n");
        assert_eq!(named(password, &names), shown("Ada.L", "Ada", "enabled", 6, reader));
        assert_eq!(run(&["user", "sign-out", "ada.l"]), "0 sessions ended\n");
        assert_eq!(run(&["user", "sign-out", "--everybody"]), "0 sessions ended\n");
        assert_eq!(run(&["user", "delete", "ada.l", "--yes"]), "deleted\n");
        assert_eq!(program.run(&["user", "show", &id]).code, Some(1));
    });
}

#[test]
fn s18_a_person_in_json() {
    on_each_database(|database| {
        let program = program(&database);
        let reader = role(&program, "Reader", &[]);
        let run = |arguments: &[&str]| program.run(&[arguments, &["--json"]].concat()).ok().json();
        let made = run(&["user", "create", "--username", "Ada", "--role", "Reader", "--no-password", "--disabled"]);
        let id = made["id"].as_str().unwrap();
        let mut object = json!({
            "id": id, "username": "Ada", "display_name": "", "roles": [reader], "enabled": false, "has_password": false,
            "created_at": "2030-03-17T17:46:40Z", "created_by": {"kind": "command line", "id": null, "name": "command line"}, "version": 1,
        });
        let whole = |object: &Value| {
            let mut object = object.clone();
            object["tokens_created"] = json!(0);
            object["sessions"] = json!(0);
            object
        };
        assert_eq!(made, whole(&object));
        assert_eq!(run(&["user", "show", "ada"]), made);
        let all = json!({"items": [object], "more": false});
        for filter in [["--name", "AD"].as_slice(), &["--role", "reader"], &["--disabled"], &["--all"]] {
            assert_eq!(run(&[&["user", "list"], filter].concat()), all, "{filter:?}");
        }
        for filter in [["--name", "b"].as_slice(), &["--role", "admin"], &["--enabled"]] {
            let none = run(&[&["user", "list"], filter].concat());
            assert_eq!(none, json!({"items": [], "more": false}), "{filter:?}");
        }
        (object["enabled"], object["version"]) = (json!(true), json!(2));
        assert_eq!(run(&["user", "enable", "ADA"]), whole(&object));
        (object["has_password"], object["version"]) = (json!(true), json!(3));
        let password = with_password(&program, &["user", "password", "ada", "--json"], PASSWORD).ok();
        assert_eq!(password.json(), whole(&object));
        assert_eq!(run(&["user", "sign-out", "ada"]), json!({"sessions_ended": 0}));
        assert_eq!(run(&["user", "delete", "ada", "--yes"]), json!({"id": id, "deleted": true}));
    });
}

/// The one line of an error.
#[track_caller]
fn refused(output: &Output, code: i32) -> String {
    assert_eq!((output.code, output.out.as_str()), (Some(code), ""), "{output:?}");
    assert_eq!(output.err.split("\n\n").next().unwrap().trim_end().lines().count(), 1, "{output:?}");
    output.err.clone()
}

#[test]
fn s18_t04_what_cannot_be_done_to_people_is_told_and_changes_nothing() {
    on_each_database(|database| {
        let program = program(&database);
        let id = user(&program, "Ada", &["--role", "admin"]);
        user(&program, "bob", &[]);
        let events = || program.run(&["events", "list", "--all", "--json"]).ok().json();
        let before = events();
        for arguments in [
            ["user", "disable", "ada"].as_slice(),
            &["user", "edit", "ada", "--no-roles"],
            &["user", "delete", &id, "--yes"],
        ] {
            let told = refused(&program.run(arguments), 1);
            assert!(told.contains("nobody else holds the role `admin`"), "{arguments:?}: {told}");
        }
        for command in ["show", "edit", "enable", "disable", "sign-out", "delete"] {
            let more = ["--yes", "--no-roles"].iter().filter(|more| match command {
                "delete" => **more == "--yes",
                _ => command == "edit" && **more == "--no-roles",
            });
            for who in ["nobody", NOBODY] {
                let arguments: Vec<&str> = ["user", command, who].into_iter().chain(more.clone().copied()).collect();
                let told = refused(&program.run(&arguments), 1);
                assert!(told.contains("there is no") && told.contains("tokenward user list"), "{arguments:?}: {told}");
            }
        }
        for (arguments, code, why) in [
            (["user", "create", "--username", "x", "--role", "nobody"].as_slice(), 1, "tokenward role list"),
            (&["user", "create", "--username", "ADA"], 1, "another person has this user name"),
            (&["user", "create", "--username", ""], 2, "username"),
            (&["user", "create", "--username", "a\nb"], 2, "username"),
            (&["user", "create", "--username", PASSWORD], 1, "must not be the user name"),
            (&["user", "create", "--username", "x", "--no-password"], 2, "cannot be used with"),
            (&["user", "edit", "ada", "--username", "bob"], 2, "unexpected argument"),
        ] {
            let told = refused(&with_password(&program, arguments, PASSWORD), code);
            assert!(told.contains(why), "{arguments:?}: {told}");
        }
        let taken = refused(&program.run(&["user", "edit", "ada", "--username", "BOB"]), 1);
        assert!(taken.contains("another person has this user name"), "{taken}");
        for password in ["", "\n", "short", "bob", &"x".repeat(2000)] {
            for command in [["user", "password", "bob"].as_slice(), &["user", "create", "--username", "x"]] {
                let output = with_password(&program, command, password);
                assert!([Some(1), Some(2)].contains(&output.code), "{output:?}");
                assert!(output.err.contains("password"), "{output:?}");
            }
        }
        assert_eq!(before, events());
    });
}

#[test]
fn p55_a_password_comes_from_a_terminal_or_standard_input_and_from_nowhere_else() {
    on_each_database(|database| {
        let program = program(&database);
        user(&program, "bob", &[]);
        for arguments in [["user", "create", "--username", "x"].as_slice(), &["user", "password", "bob"]] {
            let told = refused(&program.run(arguments), 2);
            assert!(told.contains("no terminal") && told.contains("`--password-stdin`"), "{told}");
            let told = refused(&program.run(&[arguments, &["--password", PASSWORD]].concat()), 2);
            assert!(!told.contains(PASSWORD), "{told}");
        }
        let told = refused(&program.run(&["user", "delete", "bob"]), 2);
        assert!(told.contains("`--yes`"), "{told}");
        assert_eq!(program.run(&["user", "sign-out"]).code, Some(2), "everybody only if it is said");
        let _ = program.run(&["user", "show", "bob"]).ok();
        assert_eq!(program.run(&["user", "show", "x"]).code, Some(1));
    });
}
