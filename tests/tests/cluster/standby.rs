//! A primary and a synchronous standby: a node says whether a confirmed change is on both, tells no change as done that
//! is on one alone, and finds every confirmed change on the standby that was promoted.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use token_testkit::{Client, Program, Server};

use crate::nodes::until;
use crate::postgres::{Postgres, WATCH_DOG, owner, programs};

/// Somebody loses patience with all commits that wait for the standby.
const CANCEL_WAITS: &str = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// A standby that follows a primary; ends with this value.
pub(crate) struct Standby {
    port: u16,
    watch_dog: Child,
}

impl Standby {
    /// Of the server at this address, with its own files in a folder that is made for them.
    pub(crate) fn of(primary: &str, data: &Path) -> Self {
        std::fs::create_dir(data).unwrap();
        if let Some((uid, gid)) = owner() {
            std::os::unix::fs::chown(data, Some(uid), Some(gid)).unwrap();
            std::fs::set_permissions(data, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        }
        let from = format!("{primary}?application_name=s1");
        let mut copy = as_user(Command::new(programs().join("pg_basebackup")));
        copy.args(["-R", "-X", "stream", "-C", "-S", "s1", "--checkpoint=fast", "--no-sync"]);
        copy.args(["-d", &from, "-D"]).arg(data);
        assert!(copy.status().unwrap().success());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut watch_dog = as_user(Command::new("sh"));
        watch_dog.args(["-c", WATCH_DOG, "sh"]).arg(programs().join("postgres")).arg("-D").arg(data);
        watch_dog.args(["-p", &port.to_string(), "-c", "fsync=off", "-c", "max_connections=200"]);
        watch_dog.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        watch_dog.env("LOG", data.join("server.log")).stdin(Stdio::piped()).process_group(0);
        let standby = Self { port, watch_dog: watch_dog.spawn().unwrap() };
        until("the standby follows", || {
            psql(primary, "SELECT state FROM pg_stat_replication WHERE application_name = 's1'") == "streaming"
        });
        standby
    }

    /// Where it listens, e.g. `127.0.0.1:5432`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address())
    }

    /// It takes the place of its primary.
    #[track_caller]
    pub(crate) fn promote(&self) {
        assert_eq!(psql(&self.url(), "SELECT pg_promote()"), "t");
    }

    /// The process that takes over what the primary has written.
    pub(crate) fn receivers(&self) -> Vec<String> {
        let pids = psql(&self.url(), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'");
        pids.lines().map(ToOwned::to_owned).collect()
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        drop(self.watch_dog.stdin.take());
        let _ = self.watch_dog.wait();
    }
}

fn as_user(mut command: Command) -> Command {
    if let Some((uid, gid)) = owner() {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

pub(crate) fn psql(url: &str, statement: &str) -> String {
    let said = Command::new("psql").args(["-X", "-q", "-A", "-t", "-c", statement]).arg(url).output().unwrap();
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// From now on commits of the primary wait until the standby has them.
pub(crate) fn wait_for_standby(primary: &str) {
    let _ = psql(primary, "ALTER SYSTEM SET synchronous_standby_names = 's1'");
    let _ = psql(primary, "SELECT pg_reload_conf()");
    until("the standby is waited for", || {
        psql(primary, "SELECT sync_state FROM pg_stat_replication WHERE application_name = 's1'") == "sync"
    });
}

pub(crate) fn signal(name: &str, pids: &[String]) {
    assert!(Command::new("kill").arg(format!("-{name}")).args(pids).status().unwrap().success());
}

/// What a node says that a confirmed change survives.
pub(crate) fn durable(caller: &Client) -> Value {
    caller.get("/readyz").json()["parts"]["durable"].clone()
}

/// A primary, its standby, and a program that finds the one that takes writes.
fn pair() -> (Postgres, Standby, Program) {
    let primary = Postgres::start_fresh();
    let folder = primary.folder();
    let standby = Standby::of(&primary.url(), &folder.join("standby"));
    let both = format!("{},{}/postgres", primary.url().trim_end_matches("/postgres"), standby.address());
    let program = primary.program().with("TOKENWARD_DATA_DIR", &folder.join("node").to_string_lossy());
    // Calls pass for so long while the standby is frozen, and registrations with it.
    let program = program.with("TOKENWARD_DATABASE_URL", &both).with("TOKENWARD_LEASE", "5s");
    (primary, standby, program)
}

#[cfg(feature = "failpoints")]
#[test]
fn p22_a_cancelled_wait_is_no_success_where_the_standby_takes_over_before_anybody_has_looked() {
    let (mut primary, standby, program) = pair();
    let create =
        |name: &str| program.run(&["token", "create", "--name", name, "--role", "admin", "--json"]).ok().json();
    let [admin, unsure] = ["root", "unsure"].map(create);
    wait_for_standby(&primary.url());
    let stops = program.clone().with("TOKENWARD_FAULTS", "write.after_commit=sleep(9000)");
    let server = Server::start(&stops, primary.folder().join("node.log"));
    let admin = server.client().bearer(admin["token"].as_str().unwrap());
    until("the node notices", || durable(&admin) == "replicated");
    let stopped = || server.log().matches("stopped at write.after_commit").count();
    let before = stopped();
    let path = format!("/api/v1/tokens/{}/revoke", unsure["id"].as_str().unwrap());
    let frozen = standby.receivers();
    signal("STOP", &frozen);
    let answer = std::thread::scope(|scope| {
        let asked = scope.spawn(|| admin.post(&path, &json!({})));
        until("its wait is cancelled", || {
            let _ = psql(&primary.url(), CANCEL_WAITS);
            before < stopped()
        });
        primary.stop();
        signal("CONT", &frozen);
        standby.promote();
        assert!(!asked.is_finished(), "nobody has looked yet: {:?}", asked.join());
        asked.join().unwrap()
    });
    assert_eq!((answer.status, &answer.json()["type"]), (503, &json!("/problems/outcome-unknown")), "{answer:?}");
}

#[test]
fn p22_a_confirmed_change_survives_a_failover_and_a_cancelled_wait_is_no_success() {
    let (mut primary, standby, program) = pair();
    let made = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let server = Server::start(&program, primary.folder().join("node.log"));
    let (anybody, admin) = (server.client(), server.client().bearer(made["token"].as_str().unwrap()));
    let token = |name: &str| {
        let made = admin.post("/api/v1/tokens", &json!({"name": name})).expect(201).json();
        (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
    };
    let whoami =
        |text: &str| anybody.bearer(text).send("GET", "/api/v1/whoami", None).map_or(0, |answer| answer.status);
    let revoke = |id: &str| admin.post(&format!("/api/v1/tokens/{id}/revoke"), &json!({}));
    let (kept, early, ended, unsure) = (token("kept"), token("early"), token("ended"), token("unsure"));

    // No commit waits for the standby yet, and the node says so.
    assert_eq!(durable(&anybody), "local");
    assert!(server.log().contains("no standby has yet"), "{}", server.log());
    let told = revoke(&early.0).expect(200);
    assert!(told.header("tokenward-effective").unwrap().ends_with("; durable=local"), "{told:?}");

    wait_for_standby(&primary.url());
    until("the node notices", || durable(&anybody) == "replicated");
    let told = revoke(&ended.0).expect(200);
    assert!(told.header("tokenward-effective").unwrap().ends_with("; durable=replicated"), "{told:?}");

    // The standby is frozen, and somebody loses patience with the commit.
    let frozen = standby.receivers();
    signal("STOP", &frozen);
    let answered = AtomicBool::new(false);
    let answer = std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let answer = revoke(&unsure.0);
            answered.store(true, Ordering::SeqCst);
            answer
        });
        until("the commit is answered", || {
            let _ = psql(&primary.url(), CANCEL_WAITS);
            answered.load(Ordering::SeqCst)
        });
        asked.join().unwrap()
    });
    signal("CONT", &frozen);
    assert_eq!((answer.status, &answer.json()["type"]), (503, &json!("/problems/outcome-unknown")), "{answer:?}");
    until("the standby has it after all", || whoami(&unsure.1) == 401 && whoami(&kept.1) == 200);

    // The primary is lost, and the standby takes its place.
    primary.stop();
    standby.promote();
    until("the node goes on", || whoami(&kept.1) == 200);
    for (_, text) in [&early, &ended, &unsure] {
        until("it is refused, and not only because something is away", || {
            let status = whoami(text);
            assert_ne!(status, 200, "it was ended");
            status == 401
        });
    }
    until("the node says that it is one machine again", || durable(&anybody) == "local");
    until("changes are made again", || {
        let told = revoke(&kept.0);
        assert!(matches!(told.status, 200 | 503), "{told:?}");
        told.header("tokenward-effective").is_some_and(|told| told.ends_with("; durable=local"))
    });
    assert_eq!(whoami(&kept.1), 401);
    assert_eq!(program.run(&["events", "verify"]).code, Some(0));
}
