//! The command line: what it prints, what it refuses, and how it ends.

mod deleting;
mod importing;
mod listing;
mod refusals;
mod roles;
mod shells;
mod tokens;
mod users;

use token_testkit::{Database, Output, Program};

/// The second at which the clock of these tests stands: 2030-03-17T17:46:40Z.
const NOW: i64 = 1_900_000_000;

/// An id that nothing has.
const NOBODY: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

/// The program with a clock that stands still.
fn program(database: &Database) -> Program {
    set_clock(database, NOW);
    database.program().with("TOKENWARD_CLOCK_FILE", &database.folder().join("clock").to_string_lossy())
}

/// Lets the clock stand at another second.
fn set_clock(database: &Database, seconds: i64) {
    std::fs::write(database.folder().join("clock"), format!("{}", seconds * 1_000_000)).unwrap();
}

/// Makes a token; its id and its text.
#[track_caller]
fn token(program: &Program, name: &str, more: &[&str]) -> (String, String) {
    let made = program.run(&[&["token", "create", "--json", "--name", name], more].concat()).ok().json();
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

/// Makes a role; its id.
#[track_caller]
fn role(program: &Program, name: &str, rules: &[&str]) -> String {
    let made = program.run(&[&["role", "create", "--json", "--name", name], rules].concat()).ok().json();
    made["id"].as_str().unwrap().to_owned()
}

/// What was printed, with what differs from run to run named, e.g. an id.
fn named(output: Output, names: &[(&str, &str)]) -> String {
    let output = output.ok();
    assert_eq!(output.err, "");
    names.iter().fold(output.out, |text, (value, name)| text.replace(value, name))
}
