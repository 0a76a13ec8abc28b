//! What the command line refuses: in one line, with the right exit code, and without repeating secrets.

use token_testkit::{Database, Kind, Output, Program, on_each_database};

use super::{NOBODY, program, role, token};

/// Runs it for people and for programs; the one line of the error.
#[track_caller]
fn refused(program: &Program, arguments: &[&str], code: i32) -> String {
    let human = program.run(arguments);
    let json = program.run(&[arguments, &["--json"]].concat());
    for Output { code: found, out, err } in [&human, &json] {
        assert_eq!((*found, out.as_str()), (Some(code), ""), "{arguments:?}: {err}");
    }
    let object: serde_json::Value = serde_json::from_str(&json.err).unwrap();
    assert_eq!(object.as_object().unwrap().len(), 1, "{object}");
    let line = human.err.strip_prefix("error: ").unwrap();
    let told = object["error"].as_str().unwrap();
    let first: String = line.split("\n\n").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(first, told, "both say the same");
    line.to_owned()
}

#[test]
fn unknown_ids_are_not_done_and_it_says_where_to_look() {
    on_each_database(|database| {
        let program = program(&database);
        for (arguments, look) in [
            (["token", "show", NOBODY].as_slice(), "tokenward token list"),
            (&["token", "show", NOBODY, "--text"], "tokenward token list"),
            (&["token", "explain", NOBODY, "a:b"], "tokenward token list"),
            (&["token", "edit", NOBODY, "--name", "x"], "tokenward token list"),
            (&["token", "revoke", NOBODY], "tokenward token list"),
            (&["token", "delete", NOBODY, "--yes"], "tokenward token list"),
            (&["role", "show", NOBODY], "tokenward role list"),
            (&["role", "show", "nobody"], "tokenward role list"),
            (&["role", "edit", "nobody", "--name", "x"], "tokenward role list"),
            (&["role", "delete", NOBODY, "--yes"], "tokenward role list"),
            (&["token", "create", "--name", "x", "--role", "nobody"], "tokenward role list"),
            (&["token", "list", "--role", "nobody"], "tokenward role list"),
            (&["key", "withdraw", "--yes", "nobody"], "tokenward key list"),
        ] {
            let told = refused(&program, arguments, 1);
            assert_eq!(told.lines().count(), 1, "{told}");
            assert!(told.contains("there is no") && told.contains(look), "{arguments:?}: {told}");
        }
    });
}

#[test]
fn wrong_usage_is_exit_2_and_changes_nothing() {
    let database = Database::fresh(Kind::Sqlite);
    let program = program(&database);
    let (id, _) = token(&program, "t", &[]);
    let events = || program.run(&["events", "list", "--all", "--json"]).ok().json();
    let before = events();
    for arguments in [
        ["token", "show", "x"].as_slice(),
        &["token", "show", &NOBODY.to_uppercase()],
        &["token", "show"],
        &["token", "explain", &id, "everything"],
        &["token", "explain", &id, "*:*"],
        &["token", "create"],
        &["token", "create", "--name", ""],
        &["token", "create", "--name", "a\nb"],
        &["token", "create", "--name", "x", "--expires", "tomorrow"],
        &["token", "create", "--name", "x", "--network", "everywhere"],
        &["token", "create", "--name", "x", "--role", ""],
        &["token", "edit", &id, "--expires", "2030-01-01", "--no-expiry"],
        &["token", "list", "--state", "deleted"],
        &["token", "list", "--limit", "0"],
        &["token", "list", "--limit", "5", "--all"],
        &["token", "list", "--name", ""],
        &["token", "revoke", &id, "--reason", ""],
        &["role", "create", "--name", "r", "--allow", "everything"],
        &["role", "edit", "admin", "--remove", "everything"],
        &["events", "list", "--level", "loud"],
        &["events", "list", "--type", "token.unrevoked"],
        &["events", "list", "--from", "2030-02-30"],
        &["events", "list", "--from", "2030-02-02", "--until", "2030-02-01"],
        &["key", "rotate", "--algorithm", "none"],
        &["config"],
        &["nonsense"],
        &["--nonsense"],
    ] {
        let told = if arguments == ["config"] { "x".to_owned() } else { refused(&program, arguments, 2) };
        assert!(!told.is_empty(), "{arguments:?}");
    }
    assert_eq!(program.run(&["config"]).code, Some(2));
    assert_eq!(before, events());
}

#[test]
fn what_the_state_forbids_is_not_done() {
    on_each_database(|database| {
        let program = program(&database);
        let (id, _) = token(&program, "t", &[]);
        let _ = program.run(&["token", "revoke", &id]).ok();
        role(&program, "Reader", &["--allow", "a:b"]);
        for (arguments, why) in [
            (["token", "show", &id, "--text"].as_slice(), "the token is revoked; its text is not shown any more"),
            (&["token", "edit", &id, "--expires", "2031-01-01"], "revoked for good"),
            (&["role", "create", "--name", "READER"], "another role has this name"),
            (&["role", "edit", "Reader", "--remove", "allow c:d"], "the role has no rule `allow c:d`"),
            (&["role", "edit", "admin", "--allow", "a:b"], "cannot be changed"),
            (&["role", "delete", "All users", "--yes"], "cannot be deleted"),
            (&["key", "import", "/nowhere/key.pem"], "cannot read `/nowhere/key.pem`: No such file"),
        ] {
            let told = refused(&program, arguments, 1);
            assert!(told.contains(why) && told.lines().count() == 1, "{arguments:?}: {told}");
        }
    });
}

#[test]
fn a_text_in_the_place_of_an_id_is_not_repeated() {
    let database = Database::fresh(Kind::Sqlite);
    let program = program(&database);
    let (_, text) = token(&program, "t", &[]);
    for arguments in [
        ["token", "show", &text].as_slice(),
        &["token", "revoke", &text],
        &["role", "show", &text],
        &[&text],
        &["key", "withdraw", "--yes", &text],
    ] {
        let told = refused(&program, arguments, 2);
        assert!(!told.contains(&text) && !told.contains(text.rsplit_once('.').unwrap().1), "{told}");
    }
}

#[test]
fn control_characters_in_a_row_do_not_reach_the_terminal() {
    on_each_database(|database| {
        let program = program(&database);
        token(&program, "t", &[]);
        role(&program, "r", &[]);
        let escape = match database.kind {
            Kind::Sqlite => "char(27) || '[31m' || char(155) || 'x'",
            Kind::Postgres => "chr(27) || '[31m' || chr(155) || 'x'",
        };
        database.sql(&format!("UPDATE tokens SET description = {escape}")).unwrap();
        database.sql(&format!("UPDATE roles SET description = {escape} WHERE name = 'r'")).unwrap();
        for arguments in [["token", "list"].as_slice(), &["role", "list"], &["role", "show", "r"], &["events", "list"]]
        {
            for more in [[].as_slice(), &["--json"]] {
                let Output { out, err, .. } = program.run(&[arguments, more].concat());
                let raw = |c: char| c.is_control() && c != '\n';
                assert!(!out.contains(raw) && !err.contains(raw), "{arguments:?}: {out:?} {err:?}");
            }
        }
    });
}
