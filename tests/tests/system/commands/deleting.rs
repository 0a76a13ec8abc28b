//! What cannot be undone is asked about.

use std::process::Stdio;

use token_testkit::{Database, Kind, Program, on_each_database};

use super::{program, role, token};

#[test]
fn s33_without_a_terminal_nothing_is_deleted_unless_it_is_said() {
    on_each_database(|database| {
        let program = program(&database);
        let (id, _) = token(&program, "t", &[]);
        role(&program, "Reader", &[]);
        for arguments in [["token", "delete", id.as_str()].as_slice(), &["role", "delete", "Reader"]] {
            let output = program.run(arguments);
            assert_eq!((output.code, output.out.as_str()), (Some(2), ""));
            assert_eq!(output.err, "error: this cannot be undone, and there is no terminal to ask on; say `--yes`\n");
        }
        let _ = program.run(&["token", "show", &id]).ok();
        let _ = program.run(&["role", "show", "Reader"]).ok();
    });
}

/// What the program says on a terminal where this is typed.
fn on_a_terminal(program: &Program, arguments: &[&str], typed: &str) -> (Option<i32>, String) {
    let command = program.command(arguments);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| format!("'{}'", word.to_string_lossy())).collect::<Vec<_>>().join(" ");
    let mut terminal = std::process::Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn s33_on_a_terminal_it_asks_and_takes_only_a_yes() {
    let database = Database::fresh(Kind::Sqlite);
    let program = program(&database);
    let (id, _) = token(&program, "CI pipeline", &[]);
    let delete = ["token", "delete", id.as_str()];
    for typed in ["n\n", "\n", "yep\n"] {
        let (code, said) = on_a_terminal(&program, &delete, typed);
        assert!(said.contains("End token `CI pipeline`") && said.contains("[y/N]"), "{said}");
        assert_eq!(code, Some(1), "{said}");
        let _ = program.run(&["token", "show", &id]).ok();
    }
    let (code, said) = on_a_terminal(&program, &delete, "y\n");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(program.run(&["token", "show", &id]).code, Some(1));
}
