//! `tokenward token …`, as people and as programs read it.

use serde_json::json;
use token_testkit::{Database, Kind, on_each_database};

use super::{NOW, named, program, role, set_clock, token};

#[test]
fn s09_a_token_from_birth_to_its_end_in_words() {
    on_each_database(|database| {
        let program = program(&database);
        role(&program, "Reader", &["--allow", "assets:read"]);
        let more = ["--role", "reader", "--description", "nightly\nbuilds", "--expires", "2030-05-31"];
        let created = program.run(&[&["token", "create", "--name", "CI pipeline"], more.as_slice()].concat()).ok().out;
        let (first, second) = created.trim_end().split_once('\n').unwrap();
        let id = first.strip_prefix("id     ").unwrap();
        let text = second.strip_prefix("token  ").unwrap();
        assert_eq!(text.split('.').count(), 3, "{text}");
        let names = [(id, "<id>")];
        let shown = "\
field        value
id           <id>
name         CI pipeline
description  nightly builds
state        active
roles        Reader
expires      2030-06-01T00:00:00Z
networks     any
created      2030-03-17T17:46:40Z by command line
version      1
";
        assert_eq!(named(program.run(&["token", "show", id]), &names), shown);
        assert_eq!(program.run(&["token", "show", id, "--text"]).ok().out, format!("{text}\n"), "S13: the same bytes");
        let edit =
            ["token", "edit", id, "--name", "CI", "--no-roles", "--network", "10.0.0.0/8", "--network", "::1/128"];
        let edited = shown
            .replace("CI pipeline", "CI")
            .replace("Reader", "none")
            .replace("networks     any", "networks     10.0.0.0/8, ::1/128")
            .replace("version      1", "version      2");
        assert_eq!(named(program.run(&edit), &names), edited);
        let revoked = edited.replace("active", "revoked").replace(
            "version      2",
            "revoked      2030-03-17T17:46:40Z by command line\nreason       left\nversion      3",
        );
        assert_eq!(named(program.run(&["token", "revoke", id, "--reason", "left"]), &names), revoked);
        assert_eq!(
            named(program.run(&["token", "revoke", id, "--reason", "again"]), &names),
            revoked,
            "the first stays"
        );
        assert_eq!(named(program.run(&["token", "delete", id, "--yes"]), &names), "deleted\n");
        assert_eq!(program.run(&["token", "show", id]).code, Some(1));
    });
}

#[test]
fn s09_a_token_from_birth_to_its_end_in_json() {
    on_each_database(|database| {
        let program = program(&database);
        let by = json!({"kind": "command line", "id": null, "name": "command line"});
        let made = program.run(&["token", "create", "--name", "CI", "--json"]).ok().json();
        let (id, text) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        let mut object = json!({
            "id": id, "name": "CI", "description": "", "roles": [], "expires_at": null, "allowed_networks": null,
            "state": "active", "revoked": null, "created_at": "2030-03-17T17:46:40Z", "created_by": by, "version": 1,
        });
        let run = |arguments: &[&str]| program.run(&[arguments, &["--json"]].concat()).ok().json();
        assert_eq!(run(&["token", "show", id]), object);
        let shown = run(&["token", "show", id, "--text"]);
        assert_eq!((shown["id"].as_str(), shown["token"].as_str()), (Some(id), Some(text)));
        assert!(shown["jti"].is_string() && shown.as_object().unwrap().len() == 3, "{shown}");
        object["expires_at"] = json!("2031-01-01T00:00:00Z");
        object["version"] = json!(2);
        // Without an expiry in the text the object may have any.
        assert_eq!(run(&["token", "edit", id, "--expires", "2031-01-01T00:00:00Z"]), object);
        object["state"] = json!("revoked");
        object["version"] = json!(3);
        object["revoked"] = json!({"at": "2030-03-17T17:46:40Z", "by": by, "reason": null});
        assert_eq!(run(&["token", "revoke", id]), object);
        assert_eq!(run(&["token", "list"]), json!({"items": [object], "more": false}));
        assert_eq!(run(&["token", "delete", id, "--yes"]), json!({"id": id, "deleted": true}));
        assert_eq!(run(&["token", "list"]), json!({"items": [], "more": false}));
    });
}

#[test]
fn x06_explain_names_the_role_and_the_rule() {
    on_each_database(|database| {
        let program = program(&database);
        role(&program, "Careful", &["--allow", "assets.*:read", "--deny", "assets.secret:*"]);
        let (id, _) = token(&program, "t", &["--role", "Careful"]);
        let (admin, _) = token(&program, "a", &["--role", "admin"]);
        for (holder, permission, told, decision, role, rule) in [
            (
                &id,
                "assets.a:read",
                "allowed by rule `allow assets.*:read` of role `Careful`",
                "allow",
                json!("Careful"),
                json!({"effect": "allow", "permission": "assets.*:read"}),
            ),
            (
                &id,
                "assets.secret:read",
                "denied by rule `deny assets.secret:*` of role `Careful`",
                "deny",
                json!("Careful"),
                json!({"effect": "deny", "permission": "assets.secret:*"}),
            ),
            (&id, "other:read", "denied: no rule allows it", "deny", json!(null), json!(null)),
            (&admin, "other:read", "allowed by role `admin`", "allow", json!("admin"), json!(null)),
        ] {
            assert_eq!(program.run(&["token", "explain", holder, permission]).ok().out, format!("{told}\n"));
            let expected = json!({
                "decision": decision, "permission": permission, "role": role, "rule": rule, "message": told,
            });
            assert_eq!(program.run(&["token", "explain", holder, permission, "--json"]).ok().json(), expected);
        }
    });
}

#[test]
fn s06_s09_the_help_says_what_a_token_is_and_who_presents_it() {
    let database = Database::fresh(Kind::Sqlite);
    let help = |arguments: &[&str]| {
        let help = database.program().run(arguments).ok().out;
        help.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(help(&["--help"]).contains("Issues API tokens for External Applications"));
    let token = help(&["token", "--help"]);
    assert!(token.contains("API tokens, which External Applications present"), "{token}");
    assert!(token.contains("A token is an object with a name and a description; its text is a JWT"), "{token}");
    assert!(help(&["--help"]).contains("Exit codes: 0 done; 1 not done; 2 wrong usage"));
    let flags = help(&["serve", "--help"]);
    assert!(flags.contains("--max-head <BYTES>") && flags.contains("[default: 16384]"), "{flags}");
    assert!(database.program().run(&["--version"]).ok().out.starts_with("tokenward "));
}

#[test]
fn keys_are_told_as_a_list() {
    on_each_database(|database| {
        let program = program(&database);
        let first = program.run(&["key", "list", "--json"]).ok().json();
        let kid = first[0]["kid"].as_str().unwrap();
        let key = json!({
            "kid": kid, "algorithm": "EdDSA", "state": "signing", "created_at": "2030-03-17T17:46:40Z",
            "signs_from": null,
        });
        assert_eq!(first, json!([key]));
        set_clock(&database, NOW + 1);
        let second = program.run(&["key", "rotate", "--now", "--algorithm", "ES256", "--json"]).ok().json();
        let names = [(kid, "<first key, of 43 characters>"), (second[0]["kid"].as_str().unwrap(), "<another one>")];
        let listed = named(program.run(&["key", "list"]), &names);
        let rows: Vec<Vec<&str>> = listed
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(
            rows,
            [
                vec!["kid", "algorithm", "state", "created", "signs from"],
                vec!["<first key, of 43 characters>", "EdDSA", "retired", "2030-03-17T17:46:40Z"],
                vec!["<another one>", "ES256", "signing", "2030-03-17T17:46:41Z"],
            ]
        );
        let withdrawn = program.run(&["key", "withdraw", "--yes", kid, "--json"]).ok().json();
        assert_eq!(withdrawn["state"], "withdrawn");
    });
}
