//! When an answer leaves, what it tells is in force and on the disk.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::mpsc::channel;

use serde_json::json;
use token_testkit::{Database, Kind, on_each_database};

use crate::app::App;

#[test]
fn p10_s25_no_call_is_accepted_once_the_reply_to_a_revocation_is_there() {
    const ROUNDS: usize = 150;
    const CALLERS: usize = 8;
    on_each_database(|database| {
        let app = App::start(database);
        let replied = Barrier::new(CALLERS + 1);
        let (tell, told) = channel::<(u16, u16)>();
        std::thread::scope(|scope| {
            let mut texts = Vec::new();
            for _ in 0..CALLERS {
                let (send, receive) = channel::<String>();
                texts.push(send);
                let (anybody, replied, tell) = (app.server.client(), &replied, tell.clone());
                scope.spawn(move || {
                    for text in receive {
                        let caller = anybody.bearer(&text);
                        // Nobody panics between the barriers: the others would wait for ever.
                        let call = || caller.send("GET", "/api/v1/whoami", None).map_or(0, |answer| answer.status);
                        let before = call();
                        replied.wait();
                        replied.wait();
                        let _ = tell.send((before, call()));
                    }
                });
            }
            for round in 0..ROUNDS {
                let token = app.token(&format!("round {round}"), &[]);
                for send in &texts {
                    send.send(token.text.clone()).expect("a caller lives");
                }
                replied.wait();
                let path = format!("/api/v1/tokens/{}/revoke", token.id);
                let revoked = app.admin.send("POST", &path, Some("{}"));
                replied.wait();
                assert_eq!(revoked.expect("an answer").status, 200);
            }
        });
        drop(tell);
        let seen: Vec<(u16, u16)> = told.into_iter().collect();
        assert_eq!(seen.len(), ROUNDS * CALLERS);
        assert!(seen.iter().all(|statuses| *statuses == (200, 401)), "{seen:?}");
    });
}

/// One system call that matters, in its order.
#[derive(Debug, Eq, PartialEq)]
enum Call {
    /// Bytes went into the write-ahead log.
    Written,
    /// The write-ahead log went to the disk.
    Synced,
    /// An answer left.
    Answered,
}

fn calls(trace: &str) -> Vec<Call> {
    let of = |line: &str| {
        let wal = line.contains("tokenward.db-wal");
        if wal && line.contains("pwrite64(") {
            Some(Call::Written)
        } else if wal && (line.contains("fdatasync(") || line.contains("fsync(")) {
            Some(Call::Synced)
        } else if line.contains("HTTP/1.1 200") {
            Some(Call::Answered)
        } else {
            None
        }
    };
    trace.lines().filter_map(of).collect()
}

fn traced(pid: u32, file: &Path) -> std::process::Child {
    Command::new("strace")
        .args(["-f", "-y", "-s", "32", "-e", "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write,writev", "-o"])
        .arg(file)
        .args(["-p", &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace starts")
}

#[test]
fn p10_what_a_revocation_wrote_is_on_the_disk_before_its_reply_leaves() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_TRACEABLE", "1");
    let app = App::with(database, program);
    let tokens: Vec<_> = (0..5).map(|n| app.token(&format!("t{n}"), &[])).collect();
    let file = app.database.folder().join("trace");
    let mut strace = traced(app.server.id(), &file);
    let trace = || std::fs::read_to_string(&file).unwrap_or_default();
    // It is attached when a call of ours shows up in the trace.
    let attached = (0..500).any(|_| {
        let _ = app.admin.get("/api/v1/whoami").expect(200);
        trace().contains("HTTP/1.1 200")
    });
    assert!(attached, "strace looks on");
    let start = trace().len();
    for token in &tokens {
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    }
    // The tracer ends by itself when its tracee does.
    let App { mut server, .. } = app;
    server.kill();
    let _ = strace.wait();
    let trace = trace();
    let seen = calls(trace.get(start..).unwrap_or_default());
    let answers = seen.iter().filter(|call| **call == Call::Answered).count();
    assert_eq!(answers, tokens.len(), "{seen:?}");
    let mut unsynced = false;
    let mut written = false;
    for call in &seen {
        match call {
            Call::Written => (unsynced, written) = (true, true),
            Call::Synced => unsynced = false,
            Call::Answered => {
                assert!(written, "an answer without a write before it: {seen:?}");
                assert!(!unsynced, "an answer before its write was on the disk: {seen:?}");
                written = false;
            }
        }
    }
}
