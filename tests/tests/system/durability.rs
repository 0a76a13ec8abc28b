//! When an answer leaves, what it tells is in force and on the disk.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::mpsc::channel;

use serde_json::json;
use token_testkit::{Answer, Database, Kind, Server, is_long, on_each_database};

use crate::app::App;

#[test]
fn p10_s25_no_call_is_accepted_once_the_reply_to_a_revocation_is_there() {
    const CALLERS: usize = 8;
    let rounds = if is_long() { 10_000 } else { 150 };
    on_each_database(|database| {
        let kind = database.kind;
        // Every text is one that was not seen before, and all come from one address.
        let program = database.program().with("TOKENWARD_SIGNATURE_CHECKS_PER_SECOND", "0");
        let app = App::with(database, program);
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
            for round in 0..rounds {
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
        assert_eq!(seen.len(), rounds * CALLERS);
        let odd: Vec<_> = seen.iter().filter(|statuses| **statuses != (200, 401)).collect();
        assert!(odd.is_empty(), "{odd:?}");
        println!("{kind:?}: {rounds} revocations, {} calls before and after", seen.len());
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

/// A tracer under which no sync of a process succeeds, until it is dropped.
struct NoSync(std::process::Child);

impl NoSync {
    fn begin(pid: u32, file: &Path) -> Self {
        let traced = ["-f", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-o"];
        let mut command = Command::new("strace");
        command.args(traced).arg(file).args(["-p", &pid.to_string()]);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("strace starts"))
    }
}

impl Drop for NoSync {
    fn drop(&mut self) {
        // Asked like this it lets go of the process, which goes on.
        let _ = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// What is told of a change that did not reach the disk.
#[track_caller]
fn is_not_acknowledged(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

#[test]
fn p25_atk_m08_a_change_whose_sync_fails_is_not_acknowledged_and_calls_go_on() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_TRACEABLE", "1");
    let mut app = App::with(database, program);
    let token = app.token("t", &[]);
    let path = format!("/api/v1/tokens/{}/revoke", token.id);
    let file = app.database.folder().join("trace");
    let role = |number: usize| app.admin.post("/api/v1/roles", &json!({"name": format!("r{number}"), "rules": []}));
    {
        let _no_sync = NoSync::begin(app.server.id(), &file);
        // It is attached as soon as a change fails.
        let failed = (0..500).map(role).find(|answer| answer.status != 201).expect("strace looks on");
        is_not_acknowledged(&failed);
        for number in 0..3 {
            is_not_acknowledged(&app.admin.post(&path, &json!({})));
            is_not_acknowledged(&role(1_000 + number));
            assert_eq!(app.whoami(&token), 200, "calls go on, and it is not revoked");
        }
    }
    assert!(std::fs::read_to_string(&file).unwrap().contains("(INJECTED)"));
    // The disk works again, and so does the server, without a restart.
    assert_eq!(role(1_000).status, 201, "the refused one was not made");
    let _ = app.admin.post(&path, &json!({})).expect(200);
    assert_eq!(app.whoami(&token), 401);
    app.server.kill();
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    assert_eq!(app.whoami(&token), 401, "what was acknowledged is there");
    assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
}
