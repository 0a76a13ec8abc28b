//! Nobody listens to what the server says.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, pipe};
use std::process::{Command, Stdio};

use token_testkit::{Database, Kind};

use super::process::Bound;

/// More lines than any pipe has room for.
const CALLS: usize = 800;

/// Starts with outputs set so, and looks that calls and changes go on, and that their events are written.
fn goes_on(outputs: impl Fn(&mut Command)) -> Bound {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_LOG_LEVEL", "trace").with("TOKENWARD_LOG_FORMAT", "json");
    let created = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let text = created["token"].as_str().unwrap();
    let server = Bound::start(&program, &[], outputs);
    let fields = format!("Authorization: Bearer {text}\r\n");
    for number in 0..CALLS {
        let answer = server.get("/api/v1/whoami", &fields);
        assert_eq!(answer.map(|answer| answer.status), Some(200), "call {number}");
    }
    assert!(server.create(text, "made").is_some());
    let events = program.run(&["events", "list", "--type", "token.created", "--json"]).ok().json();
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    let _ = program.run(&["events", "verify"]).ok();
    server
}

#[test]
fn atk_d16_a_pipe_that_nobody_reads_stops_no_call_and_the_loss_is_told() {
    let (mut reader, writer) = pipe().unwrap();
    let server = goes_on(|command| {
        command.stdout(writer.try_clone().unwrap()).stderr(writer.try_clone().unwrap());
    });
    drop(writer);
    let mut said = String::new();
    while !said.contains("lines of this log were lost") {
        let mut part = [0; 4_096];
        let count = reader.read(&mut part).unwrap();
        assert!(0 < count, "{said}");
        said.push_str(&String::from_utf8_lossy(&part[..count]));
    }
    drop(server);
}

#[test]
fn atk_d16_closed_outputs_stop_no_call() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    drop(goes_on(|command| {
        command.stdout(writer.try_clone().unwrap()).stderr(writer.try_clone().unwrap());
    }));
    drop(goes_on(|command| {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }));
}

#[test]
fn atk_d16_a_log_on_a_full_disk_stops_no_call() {
    let full = || -> File { OpenOptions::new().write(true).open("/dev/full").unwrap() };
    drop(goes_on(|command| {
        command.stdout(full()).stderr(full());
    }));
}
