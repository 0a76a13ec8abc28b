//! Lists: filters add up, and nothing is cut off in silence.

use serde_json::Value;
use token_testkit::{Database, Kind, Program, on_each_database};

use super::{NOW, program, role, set_clock, token};

/// The members called `name` of the items of a list.
#[track_caller]
fn told(program: &Program, arguments: &[&str], name: &str) -> Vec<String> {
    let listed = program.run(&[arguments, &["--json"]].concat()).ok().json();
    let text = |item: &Value| item[name].as_str().unwrap().to_owned();
    listed["items"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn s02_s04_tokens_are_narrowed_by_name_state_and_role() {
    on_each_database(|database| {
        let program = program(&database);
        role(&program, "Reader", &[]);
        token(&program, "CI one", &["--role", "Reader"]);
        set_clock(&database, NOW + 1);
        let (two, _) = token(&program, "CI two", &["--role", "Reader"]);
        set_clock(&database, NOW + 2);
        token(&program, "backup", &["--expires", "2030-03-17T17:46:43Z"]);
        set_clock(&database, NOW + 3);
        let _ = program.run(&["token", "revoke", &two]).ok();
        let list = |more: &[&str]| told(&program, &[&["token", "list"], more].concat(), "name");
        assert_eq!(list(&[]), ["backup", "CI two", "CI one"], "newest first");
        for (filter, names) in [
            (["--name", "ci"].as_slice(), ["CI two", "CI one"].as_slice()),
            (&["--state", "active"], &["CI one"]),
            (&["--state", "expired"], &["backup"]),
            (&["--state", "revoked"], &["CI two"]),
            (&["--role", "READER"], &["CI two", "CI one"]),
            (&["--role", "reader", "--state", "active", "--name", "ONE"], &["CI one"]),
            (&["--name", "100%"], &[]),
            (&["--limit", "1"], &["backup"]),
        ] {
            assert_eq!(list(filter), names, "{filter:?}");
        }
        let table = program.run(&["token", "list", "--state", "expired"]).ok().out;
        let cells: Vec<&str> = table.lines().nth(1).unwrap().split("  ").skip(1).map(str::trim).collect();
        assert_eq!(cells, ["backup", "expired", "2030-03-17T17:46:43Z"], "{table}");
    });
}

#[test]
fn a_list_that_is_cut_says_so_and_all_is_all() {
    let database = Database::fresh(Kind::Sqlite);
    let program = program(&database);
    for n in 0..3 {
        role(&program, &format!("r{n}"), &[]);
    }
    let cut = program.run(&["role", "list", "--limit", "5"]).ok().out;
    assert!(cut.ends_with("There are more; narrow the list, raise --limit, or say --all.\n"), "{cut}");
    assert_eq!(program.run(&["role", "list", "--limit", "5", "--json"]).ok().json()["more"], true);
    for whole in [["role", "list", "--all"].as_slice(), &["role", "list", "--limit", "6"]] {
        let whole = program.run(whole).ok().out;
        assert_eq!(whole.lines().count(), 7, "{whole}");
    }
}

#[test]
fn t08_events_are_narrowed_and_filters_add_up() {
    on_each_database(|database| {
        let program = program(&database);
        let (id, _) = token(&program, "CI pipeline", &[]);
        let (other, _) = token(&program, "other", &[]);
        set_clock(&database, NOW + 86_400);
        let _ = program.run(&["token", "revoke", &id]).ok();
        let _ = program.run(&["token", "edit", &other, "--description", "x"]).ok();
        let list = |more: &[&str]| told(&program, &[&["events", "list"], more].concat(), "type");
        assert_eq!(list(&["--limit", "2"]), ["token.updated", "token.revoked"], "newest first");
        for (filter, types) in [
            (["--level", "notice"].as_slice(), ["token.revoked"].as_slice()),
            (&["--type", "token.created"], &["token.created", "token.created"]),
            (&["--text", "ci PIPE"], &["token.revoked", "token.created"]),
            (&["--subject", "token", "--subject-id", &other], &["token.updated", "token.created"]),
            (&["--from", "2030-03-18"], &["token.updated", "token.revoked"]),
            (&["--text", "CI pipe", "--until", "2030-03-17"], &["token.created"]),
            (&["--text", "CI pipe", "--from", "2030-03-18T17:46:40Z", "--level", "warning"], &[]),
        ] {
            assert_eq!(list(filter), types, "{filter:?}");
        }
        let table = program.run(&["events", "list", "--type", "token.revoked"]).ok().out;
        let cells: Vec<&str> =
            table.lines().nth(1).unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).skip(1).collect();
        assert_eq!(
            cells,
            ["2030-03-18T17:46:40.000000Z", "notice", "token.revoked", "command line revoked token CI pipeline"],
            "{table}"
        );
        assert_eq!(program.run(&["events", "verify"]).ok().out.lines().next(), Some("valid"));
        assert_eq!(program.run(&["events", "verify", "--json"]).ok().json()["valid"], true);
    });
}
