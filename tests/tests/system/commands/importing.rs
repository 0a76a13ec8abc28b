//! `tokenward token import`.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use super::{program, role};

fn file(database: &Database, name: &str, text: &str) -> String {
    let path = database.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn atk_a27_rows_become_tokens_whatever_their_line_ends_and_formulas_stay_text() {
    on_each_database(|database| {
        let program = program(&database);
        let reader = role(&program, "Reader", &[]);
        let rows = format!(
            "\u{FEFF}name,roles,expires_at,allowed_networks,description\r\n\
             =HYPERLINK(\"x\"),READER; {reader},,,\n\
             \"two, words\",,2031-05-31,10.0.0.0/8;::1/128,\"a\nb\"\r\n\
             @SUM,admin,2031-05-31T12:00:00Z,,\n"
        );
        let csv = file(&database, "rows.csv", &rows);
        let texts = database.folder().join("texts.csv");
        let import = ["token", "import", &csv, "--output", &texts.to_string_lossy()];
        assert_eq!(program.run(&import).ok().out, "3 tokens are imported\n");
        let listed = program.run(&["token", "list", "--sort", "name", "--json"]).ok().json();
        let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
        assert_eq!(names, ["=HYPERLINK(\"x\")", "@SUM", "two, words"]);
        assert_eq!(listed["items"][0]["roles"], json!([reader]));
        assert_eq!(listed["items"][2]["expires_at"], "2031-06-01T00:00:00Z");
        assert_eq!(listed["items"][2]["allowed_networks"], json!(["10.0.0.0/8", "::1/128"]));
        assert_eq!(listed["items"][2]["description"], "a\nb");

        assert_eq!(std::fs::metadata(&texts).unwrap().permissions().mode() & 0o777, 0o600);
        let written = std::fs::read_to_string(&texts).unwrap();
        let lines: Vec<Vec<&str>> = written.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(lines[0], ["line", "id", "token"]);
        assert_eq!(lines[1..].iter().map(|line| line[0]).collect::<Vec<_>>(), ["2", "3", "5"]);
        assert_eq!(program.run(&["token", "show", lines[3][1], "--text"]).ok().out.trim(), lines[3][2]);
        assert_eq!(program.run(&import).code, Some(1), "no file is written over");

        let server = Server::start(&program, database.folder().join("server.log"));
        let _ = server.client().bearer(lines[3][2]).get("/api/v1/whoami").expect(200);
        assert_eq!(program.run(&["events", "verify", "--json"]).ok().json()["valid"], true);
        let created = program.run(&["events", "list", "--type", "token.created", "--json"]).ok().json();
        assert_eq!(created["items"].as_array().unwrap().len(), 3, "an event each");
    });
}

#[test]
fn atk_a27_every_refused_row_is_told_and_its_batch_is_not_there() {
    on_each_database(|database| {
        let program = program(&database);
        let lines = [
            json!({"name": "good"}).to_string(),
            json!({"name": "x", "id": "0192f3c1-7a52-7c11-8d4e-0242ac120002"}).to_string(),
            json!({"name": "x", "revoked": null}).to_string(),
            json!({"name": "", "roles": ["nobody"], "expires_at": "2001-01-01"}).to_string(),
            json!({"name": "x", "expires_at": "2001-01-01", "allowed_networks": []}).to_string(),
            json!({"name": "x", "roles": ["All external applications", "All users"]}).to_string(),
            "{\"name\":".to_owned(),
        ];
        let path = file(&database, "rows.jsonl", &lines.join("\n"));
        let output = program.run(&["token", "import", &path]);
        assert_eq!((output.code, output.out.as_str()), (Some(1), ""));
        let told: Vec<&str> = output.err.lines().collect();
        assert_eq!(told.len(), 7, "{}", output.err);
        for (line, pieces) in [
            (2, ["unknown field `id`", ""]),
            (3, ["unknown field `revoked`", ""]),
            (4, ["name: must not be empty", "there is no role `nobody`"]),
            (4, ["expires_at: must lie in the future", ""]),
            (5, ["expires_at: must lie in the future", "allowed_networks: "]),
            (6, ["every token holds this role already", "for people"]),
            (7, ["EOF", ""]),
        ] {
            let told = told.iter().find(|told| told.starts_with(&format!("error: line {line}: "))).unwrap();
            assert!(pieces.iter().all(|piece| told.contains(piece)), "{told}");
        }
        assert_eq!(told[6], "error: 6 rows are refused; nothing was imported");
        assert_eq!(program.run(&["token", "list", "--count"]).ok().out, "0\n");
    });
}

#[test]
fn an_import_goes_on_behind_the_batch_that_was_refused() {
    on_each_database(|database| {
        let program = program(&database);
        let rows = |bad: &str| {
            let row = |n: usize| if n == 1_500 { format!("{bad}\n") } else { format!("row {n}\n") };
            format!("name\n{}", (0..2_100).map(row).collect::<String>())
        };
        let first = file(&database, "rows.csv", &rows("\" \""));
        assert_eq!(
            program.run(&["token", "import", &first, "--dry-run"]).err,
            "error: line 1502: name: must not be empty\nerror: 1 rows are refused; nothing was imported\n"
        );
        assert_eq!(program.run(&["token", "list", "--count"]).ok().out, "0\n", "a dry run writes nothing");
        let stopped = program.run(&["token", "import", &first]);
        assert!(
            stopped.err.ends_with("1 rows are refused; 1500 tokens are imported; go on with `--from-line 1502`\n"),
            "{}",
            stopped.err
        );
        let mended = file(&database, "mended.csv", &rows("mended"));
        let output = program.run(&["token", "import", &mended, "--from-line", "1502"]).ok();
        assert_eq!(output.out, "600 tokens are imported\n");
        assert_eq!(program.run(&["token", "list", "--count"]).ok().out, "2100\n");
        let found = program.run(&["token", "list", "--name", "mended", "--json"]).ok().json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(program.run(&["events", "verify"]).ok().out.lines().next(), Some("valid"));
    });
}

#[test]
fn files_that_are_no_lists_of_tokens_are_refused() {
    let database = Database::fresh(Kind::Sqlite);
    let program = program(&database);
    for (name, text, why) in [
        ("a.csv", "name,jti\nx,y\n", "`jti` is no column"),
        ("b.csv", "roles\nx\n", "no column `name`"),
        ("c.csv", "name,name\nx,y\n", "is there twice"),
        ("d.csv", "", "no column `name`"),
        ("e.txt", "name\nx\n", "--format"),
    ] {
        let output = program.run(&["token", "import", &file(&database, name, text)]);
        assert!(output.code != Some(0) && output.err.contains(why), "{name}: {output:?}");
    }
    assert_ne!(program.run(&["token", "import", "/nowhere.csv"]).code, Some(0));
    assert_eq!(program.run(&["token", "list", "--count"]).ok().out, "0\n");
}
