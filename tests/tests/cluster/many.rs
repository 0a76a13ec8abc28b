//! A thousand revocations while a node stands still: all are answered, and everything else goes on meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind, Line};

use crate::nodes::{EFFECTIVE, Made, NODES, Nodes, PATIENCE, moment, until, waited};

const MANY: usize = 1_000;
const AT_ONCE: usize = 50;
/// In milliseconds; so long that what a busy machine may take is little beside it.
const LEASE: u64 = 5_000;
/// What a busy machine may take beyond the bound.
const SLACK: u64 = 1_000;
/// How often somebody signs in and reads at each node meanwhile.
const ROUNDS: usize = 10;
const PASSWORD: &str = "a long way to Tipperary";

/// Makes many tokens at once.
fn import(database: &Database, nodes: &Nodes) -> Vec<Made> {
    let [rows, texts] = ["rows.csv", "texts.csv"].map(|name| database.folder().join(name));
    let names: Vec<String> = (0..MANY).map(|n| format!("t{n}")).collect();
    std::fs::write(&rows, format!("name\n{}\n", names.join("\n"))).unwrap();
    let [rows, output] = [&rows, &texts].map(|path| path.to_string_lossy());
    let _ = nodes.beside.run(&["token", "import", &rows, "--output", &output]).ok();
    let written = std::fs::read_to_string(&texts).unwrap();
    let made = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        Made { id: fields[1].to_owned(), text: fields[2].to_owned() }
    };
    written.lines().skip(1).map(made).collect()
}

/// What those saw who revoke, in milliseconds.
#[derive(Debug, Default)]
struct Seen {
    /// How long the server says that it waited.
    waited: Vec<u64>,
    /// How long the answer took by the clock of the test.
    took: Vec<u64>,
    /// How often they were told to come back.
    told_to_come_back: usize,
}

impl Seen {
    /// Revokes until it is done.
    fn revoke(&mut self, line: &mut Line, token: &Made, text: &str) {
        let path = format!("/api/v1/tokens/{}/revoke", token.id);
        until("it is revoked", || {
            let asked = moment();
            let reply = line.call("POST", &path, text, "{}").unwrap();
            let took = u64::try_from(asked.elapsed().as_millis()).unwrap();
            // Too many at once are told to come back.
            assert!([200, 503].contains(&reply.status), "{reply:?}");
            if reply.status == 503 {
                self.told_to_come_back += 1;
                return false;
            }
            self.waited.push(waited(reply.header(EFFECTIVE).unwrap()));
            self.took.push(took);
            true
        });
    }

    fn and(mut self, other: Self) -> Self {
        self.waited.extend(other.waited);
        self.took.extend(other.took);
        Self { told_to_come_back: self.told_to_come_back + other.told_to_come_back, ..self }
    }
}

/// Prints how long it took, and gives the longest.
fn longest(what: &str, mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    let [median, most, longest] = [50, 99, 100].map(|percent| times[(times.len() - 1) * percent / 100]);
    println!("{what}: median {median} ms, 99th percentile {most} ms, longest {longest} ms, of {}", times.len());
    longest
}

#[test]
fn atk_d10_m02_a_thousand_revocations_with_a_paused_node_are_all_answered_and_nobody_else_waits() {
    let database = Database::fresh(Kind::Postgres);
    let program = database.program().with("TOKENWARD_LEASE", &format!("{LEASE}ms"));
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    let body = json!({"username": "somebody", "roles": [], "password": PASSWORD});
    let _ = nodes.admin(0).post("/api/v1/users", &body).expect(201);
    let tokens = import(&database, &nodes);
    assert_eq!(tokens.len(), MANY);
    nodes.until_all_serve();
    nodes.pause(2);
    let (next, all_done, began) = (AtomicUsize::new(0), AtomicBool::new(false), moment());
    let rounds = [const { AtomicUsize::new(0) }; 2];
    // Whoever is done revokes the first ones again, which takes the same, until the others were there often enough.
    let is_enough = || {
        let often = rounds.iter().all(|count| ROUNDS <= count.load(Ordering::SeqCst));
        often || PATIENCE < began.elapsed()
    };
    let seen = std::thread::scope(|scope| {
        let revokers: Vec<_> = (0..AT_ONCE)
            .map(|thread| {
                let mut line = nodes.line(thread % 2);
                let (nodes, tokens, next, is_enough) = (&nodes, &tokens, &next, &is_enough);
                scope.spawn(move || {
                    let mut seen = Seen::default();
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if MANY <= number && is_enough() {
                            return seen;
                        }
                        seen.revoke(&mut line, &tokens[number % MANY], &nodes.admin_text);
                    }
                })
            })
            .collect();
        for (node, round) in rounds.iter().enumerate() {
            let (nodes, all_done) = (&nodes, &all_done);
            scope.spawn(move || {
                while !all_done.load(Ordering::SeqCst) {
                    let signing_in = json!({"username": "somebody", "password": PASSWORD});
                    let answers = [
                        nodes.anybody(node).post("/api/v1/session", &signing_in),
                        nodes.admin(node).get("/api/v1/tokens?limit=5"),
                        nodes.admin(node).get("/api/v1/whoami"),
                    ];
                    assert!(answers.iter().all(|answer| [200, 503].contains(&answer.status)), "{answers:?}");
                    let all_good = answers.iter().all(|answer| answer.status == 200);
                    round.fetch_add(usize::from(all_good), Ordering::SeqCst);
                    sleep(Duration::from_millis(100));
                }
            });
        }
        let ended: Vec<_> = revokers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        let meanwhile = rounds.each_ref().map(|count| count.load(Ordering::SeqCst));
        all_done.store(true, Ordering::SeqCst);
        println!("signed in and read meanwhile at each node: {meanwhile:?} times");
        assert!(meanwhile.iter().all(|times| ROUNDS <= *times), "{meanwhile:?}");
        ended.into_iter().map(|seen| seen.expect("all are answered")).fold(Seen::default(), Seen::and)
    });
    println!("told to come back: {} times", seen.told_to_come_back);
    assert!(MANY <= seen.waited.len());
    let _ = longest("until the answer", seen.took);
    let waited = longest("waited for, by the server's own figure", seen.waited);
    assert!(LEASE * 11 / 10 <= waited, "a paused node may go by what it has read: {waited} ms");
    assert!(waited <= LEASE * 12 / 10 + SLACK, "for too long: {waited} ms");
    nodes.go_on(2);
    nodes.until_all_serve();
    for token in tokens.iter().step_by(20) {
        assert_eq!(nodes.everywhere(&token.text), [401; NODES]);
    }
}
