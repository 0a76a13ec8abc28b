//! Three nodes of one database, each reached directly, and each with a way of its own to the database.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, RwLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use token_testkit::{Answer, Client, Database, Kind, Line, Program, Server};

use crate::proxy::{Proxy, Way};

/// How many nodes there are.
pub(crate) const NODES: usize = 3;

/// How long something may take that has to happen in the end, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What a change says of where it is in force, while all nodes are there.
pub(crate) const EFFECTIVE: &str = "tokenward-effective";

/// A moment on the one clock of these tests.
#[expect(
    clippy::disallowed_methods,
    reason = "calls and answers of several nodes are ordered by the clock of the test"
)]
pub(crate) fn moment() -> Instant {
    Instant::now()
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = moment();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "still not so: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// A token as it was created.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// See the module.
pub(crate) struct Nodes {
    places: Vec<Node>,
    folder: PathBuf,
    /// The command line, straight to the database.
    pub(crate) beside: Program,
    /// The text of a token that may do everything.
    pub(crate) admin_text: String,
}

struct Node {
    program: Program,
    proxy: Proxy,
    server: Mutex<Option<Server>>,
    address: RwLock<String>,
}

impl Nodes {
    /// Three nodes on a fresh database of the shared server, which must outlive them.
    pub(crate) fn on(database: &Database) -> Self {
        assert_eq!(database.kind, Kind::Postgres);
        Self::with(&database.program(), &database.address(), database.folder())
    }

    /// Three nodes with the settings of `program`, on the PostgreSQL database at `url`.
    pub(crate) fn with(program: &Program, url: &str, folder: &Path) -> Self {
        // The command line knows the log by no file of its own.
        let beside = program.clone().with("TOKENWARD_DATA_DIR", &folder.join("beside").to_string_lossy());
        let beside = beside.with("TOKENWARD_DATABASE_URL", url).without("TOKENWARD_FAULTS");
        let mut made = None;
        // On a busy machine the first command may be too slow for its own transaction.
        until("there is an administrator", || {
            made = Some(beside.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]));
            made.as_ref().is_some_and(|output| output.code == Some(0))
        });
        let admin_text = made.unwrap().json()["token"].as_str().unwrap().to_owned();
        let (start, rest) = url.split_once('@').unwrap();
        let (target, name) = rest.split_once('/').unwrap();
        let node = |number: usize| {
            let proxy = Proxy::before(target);
            let own = folder.join(format!("node{number}"));
            let program = program.clone().with("TOKENWARD_DATA_DIR", &own.to_string_lossy());
            let through = format!("{start}@127.0.0.1:{}/{name}", proxy.port());
            let program = program.with("TOKENWARD_DATABASE_URL", &through);
            Node { program, proxy, server: Mutex::new(None), address: RwLock::default() }
        };
        let places = (0..NODES).map(node).collect();
        let all = Self { places, folder: folder.to_owned(), beside, admin_text };
        (0..NODES).for_each(|node| all.start(node));
        all
    }

    /// Starts a node that does not run, and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(&self, node: usize) {
        let mut refused = String::new();
        for _ in 0..5 {
            match self.try_start(node) {
                Ok(()) => return,
                Err(why) => refused = why,
            }
        }
        panic!("node {node} {refused}");
    }

    pub(crate) fn try_start(&self, node: usize) -> Result<(), String> {
        let place = &self.places[node];
        let server = Server::try_start(&place.program, self.log_file(node))?;
        server.address().clone_into(&mut place.address.write().unwrap());
        *place.server.lock().unwrap() = Some(server);
        Ok(())
    }

    /// Ends a node as `kill -9` does.
    pub(crate) fn kill(&self, node: usize) {
        drop(self.places[node].server.lock().unwrap().take());
    }

    /// Ends a node in good order.
    pub(crate) fn terminate(&self, node: usize) {
        let mut server = self.places[node].server.lock().unwrap().take().expect("it runs");
        server.terminate();
        assert_eq!(server.wait(), Some(0), "{}", server.log());
    }

    /// Stops the process of a node where it is, as the machine under it may.
    pub(crate) fn pause(&self, node: usize) {
        self.signal(node, Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self, node: usize) {
        self.signal(node, Signal::CONT);
    }

    fn signal(&self, node: usize, signal: Signal) {
        let server = self.places[node].server.lock().unwrap();
        let id = i32::try_from(server.as_ref().expect("it runs").id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// What the way of a node to the database does from now on.
    pub(crate) fn go(&self, node: usize, way: Way) {
        self.places[node].proxy.go(way);
    }

    /// The way of a node to the database leads to this server from now on, e.g. `127.0.0.1:5432`.
    pub(crate) fn lead_to(&self, node: usize, target: &str) {
        self.places[node].proxy.lead_to(target);
    }

    pub(crate) fn address(&self, node: usize) -> String {
        self.places[node].address.read().unwrap().clone()
    }

    pub(crate) fn log(&self, node: usize) -> String {
        std::fs::read_to_string(self.log_file(node)).unwrap_or_default()
    }

    /// The folder of a node's own files.
    pub(crate) fn data(&self, node: usize) -> PathBuf {
        self.folder.join(format!("node{node}"))
    }

    fn log_file(&self, node: usize) -> PathBuf {
        self.folder.join(format!("node{node}.log"))
    }

    /// A connection to a node.
    pub(crate) fn line(&self, node: usize) -> Line {
        Line::open(&self.address(node)).unwrap()
    }

    /// A caller of one node, without credentials.
    pub(crate) fn anybody(&self, node: usize) -> Client {
        Client::new(&self.address(node))
    }

    /// The administrator, at one node.
    pub(crate) fn admin(&self, node: usize) -> Client {
        self.anybody(node).bearer(&self.admin_text)
    }

    /// What a call of this text is answered by a node, whatever that is.
    pub(crate) fn call(&self, node: usize, text: &str) -> Answer {
        self.anybody(node).bearer(text).get("/api/v1/whoami")
    }

    /// What a call of this text is answered by a node in the end: one that does not know, as may happen on a busy machine,
    /// is asked again.
    #[track_caller]
    pub(crate) fn whoami(&self, node: usize, text: &str) -> u16 {
        let mut status = 503;
        until("the node knows", || {
            status = self.call(node, text).status;
            status != 503
        });
        status
    }

    /// The same by all nodes.
    pub(crate) fn everywhere(&self, text: &str) -> Vec<u16> {
        (0..NODES).map(|node| self.whoami(node, text)).collect()
    }

    /// Makes a token through a node.
    #[track_caller]
    pub(crate) fn token(&self, node: usize, body: &Value) -> Made {
        made(&of_all(self.admin(node).post("/api/v1/tokens", body).expect(201)))
    }

    /// Makes a role with these rules, e.g. `allow assets:read`, through a node; its id.
    #[track_caller]
    pub(crate) fn role(&self, node: usize, name: &str, rules: &[&str]) -> String {
        let body = json!({"name": name, "rules": rules_json(rules)});
        let answer = of_all(self.admin(node).post("/api/v1/roles", &body).expect(201));
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until all nodes serve and are registered, so that a change waits for all of them.
    #[track_caller]
    pub(crate) fn until_all_serve(&self) {
        let all = format!("nodes={NODES};");
        until("all nodes serve", || {
            (0..NODES).all(|node| {
                // A revocation of nobody changes nothing, and waits like every change.
                let path = "/api/v1/tokens/0192f3c1-7a52-7c11-8d4e-0242ac120002/revoke";
                let answer = self.admin(node).send("POST", path, Some("{}"));
                answer.is_ok_and(|answer| answer.header(EFFECTIVE).is_some_and(|field| field.contains(&all)))
            })
        });
    }
}

/// The same answer, if it says that it is in force on all nodes.
#[track_caller]
pub(crate) fn of_all(answer: Answer) -> Answer {
    let field = answer.header(EFFECTIVE).unwrap_or_else(|| panic!("no field {EFFECTIVE}: {answer:?}"));
    assert!(field.starts_with("everywhere; seq=") && field.contains(&format!("; nodes={NODES};")), "{field}");
    answer
}

/// How long a change waited to be in force everywhere, in milliseconds, as the field [`EFFECTIVE`] of its answer says.
#[track_caller]
pub(crate) fn waited(field: &str) -> u64 {
    let (_, waited) = field.split_once("; waited-ms=").unwrap();
    waited.split(';').next().unwrap().parse().unwrap()
}

pub(crate) fn made(answer: &Answer) -> Made {
    let body = answer.json();
    Made { id: body["id"].as_str().unwrap().to_owned(), text: body["token"].as_str().unwrap().to_owned() }
}

pub(crate) fn rules_json(rules: &[&str]) -> Value {
    let rule = |rule: &&str| {
        let (effect, permission) = rule.split_once(' ').unwrap();
        json!({"effect": effect, "permission": permission})
    };
    rules.iter().map(rule).collect()
}
