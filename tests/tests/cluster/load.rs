//! Callers of every node and people who make and revoke tokens through any of them, all at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Answer, Line};

use crate::history::{Call, History};
use crate::nodes::{EFFECTIVE, Made, NODES, Nodes, until};
use crate::proxy::Way;

/// Tokens that live at any time, so that every node has some it knows whatever is done to it.
const LIVE: usize = 24;
/// Tokens that are still called after their end.
const ENDED: usize = 16;
const CALLERS_PER_NODE: usize = 2;
const CHANGERS: usize = 3;
/// Between two calls of a caller, and two changes of a changer.
const PACE: Duration = Duration::from_millis(3);
/// How long anybody waits for an answer before it counts as lost.
const GIVEN_UP: Duration = Duration::from_secs(6);

/// See the module.
pub(crate) struct Load<'a> {
    nodes: &'a Nodes,
    history: &'a History,
    live: Mutex<VecDeque<Arc<Token>>>,
    ended: Mutex<VecDeque<Arc<Token>>>,
    made: AtomicUsize,
    stopped: AtomicBool,
}

struct Token {
    number: usize,
    made: Made,
}

/// Numbers that nobody has to guess: the same again from the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number below this one, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

/// Every thread throws dice of its own.
static THREADS: AtomicU64 = AtomicU64::new(1);

fn dice() -> Dice {
    Dice::new(THREADS.fetch_add(1, Ordering::SeqCst))
}

/// A line to each node, opened anew when it breaks.
struct Lines<'a> {
    nodes: &'a Nodes,
    lines: [Option<Line>; NODES],
}

impl<'a> Lines<'a> {
    fn new(nodes: &'a Nodes) -> Self {
        Self { nodes, lines: [const { None }; NODES] }
    }

    fn call(&mut self, node: usize, method: &str, path: &str, text: &str, body: &str) -> Option<Answer> {
        let known = self.lines[node].take();
        let mut line =
            known.or_else(|| Line::open(&self.nodes.address(node)).and_then(|line| line.patient_for(GIVEN_UP)).ok())?;
        let reply = line.call(method, path, text, body).ok()?;
        self.lines[node] = Some(line);
        Some(reply)
    }
}

impl<'a> Load<'a> {
    /// Does something while all of them are busy; then they stop.
    pub(crate) fn while_busy(nodes: &'a Nodes, history: &'a History, act: impl FnOnce(&Self)) -> Self {
        let load = Self {
            nodes,
            history,
            live: Mutex::default(),
            ended: Mutex::default(),
            made: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        };
        std::thread::scope(|scope| {
            let stop = Stop(&load.stopped);
            for _ in 0..CHANGERS {
                scope.spawn(|| load.change());
            }
            for caller in 0..CALLERS_PER_NODE * NODES {
                let load = &load;
                scope.spawn(move || load.call(caller % NODES));
            }
            act(&load);
            drop(stop);
        });
        load
    }

    /// Waits until there are as many tokens as there should be, and some have ended.
    #[track_caller]
    pub(crate) fn until_begun(&self) {
        until("the load has begun", || 3 < self.history.revoked());
    }

    /// What every token that lives, and every one that ended lately, is answered by every node.
    pub(crate) fn last_look(&self) {
        for token in self.live.lock().unwrap().iter() {
            assert_eq!(self.nodes.everywhere(&token.made.text), [200; NODES], "token {}", token.number);
        }
        for token in self.ended.lock().unwrap().iter().filter(|token| self.history.has_ended(token.number)) {
            assert_eq!(self.nodes.everywhere(&token.made.text), [401; NODES], "token {}", token.number);
        }
    }

    fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn call(&self, node: usize) {
        let (mut dice, mut lines) = (dice(), Lines::new(self.nodes));
        while !self.has_stopped() {
            sleep(PACE);
            if let Some(token) = self.one(&mut dice) {
                self.ask(node, &token, &mut lines);
            }
        }
    }

    /// One call, noted in the history; its status, if it was answered.
    fn ask(&self, node: usize, token: &Token, lines: &mut Lines<'_>) -> Option<u16> {
        let began = self.history.now();
        let status = lines.call(node, "GET", "/api/v1/whoami", &token.made.text, "")?.status;
        let ended = self.history.now();
        self.history.called(Call { node, token: token.number, began, ended, status });
        Some(status)
    }

    /// A token that a node knows is revoked elsewhere while that node is cut off, and called there at once. All of it is
    /// noted in the history; on a busy machine it may come to nothing.
    pub(crate) fn chase(&self, cut_off: usize, elsewhere: usize) -> Option<()> {
        let mut lines = Lines::new(self.nodes);
        let token = self.make(elsewhere, &mut lines)?;
        self.ask(cut_off, &token, &mut lines).filter(|status| *status == 200)?;
        self.nodes.go(cut_off, Way::Hole);
        self.history.ending(token.number);
        if self.revoke(&token, elsewhere, &mut lines) {
            self.ask(cut_off, &token, &mut lines);
        }
        self.nodes.go(cut_off, Way::Pass);
        Some(())
    }

    /// One that lives, the older ones more often: those a node knows that is cut off. Or one that has ended, those that
    /// ended last more often.
    fn one(&self, dice: &mut Dice) -> Option<Arc<Token>> {
        let ended = dice.below(2) == 1;
        let from = if ended { &self.ended } else { &self.live }.lock().unwrap();
        let near = dice.below(from.len().max(1));
        let near = dice.below(near + 1);
        if ended { from.iter().rev().nth(near).cloned() } else { from.get(near).cloned() }
    }

    fn change(&self) {
        let (mut dice, mut lines) = (dice(), Lines::new(self.nodes));
        while !self.has_stopped() {
            sleep(PACE);
            if self.live.lock().unwrap().len() < LIVE {
                if let Some(token) = self.make(dice.below(NODES), &mut lines) {
                    self.live.lock().unwrap().push_back(token);
                }
                continue;
            }
            let Some(token) = self.take_oldest() else { continue };
            self.history.ending(token.number);
            while !self.has_stopped() && !self.revoke(&token, dice.below(NODES), &mut lines) {
                sleep(PACE);
            }
        }
    }

    fn make(&self, node: usize, lines: &mut Lines<'_>) -> Option<Arc<Token>> {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let body = json!({"name": format!("t{number}"), "roles": []}).to_string();
        let reply = lines.call(node, "POST", "/api/v1/tokens", &self.nodes.admin_text, &body);
        let reply = reply.filter(|reply| reply.status == 201)?;
        assert!(is_effective(&reply), "{reply:?}");
        let answer = reply.json();
        let [id, text] = ["id", "token"].map(|name| answer[name].as_str().unwrap().to_owned());
        self.history.made(number);
        Some(Arc::new(Token { number, made: Made { id, text } }))
    }

    /// It is called as long as it is the newest of those that end.
    fn take_oldest(&self) -> Option<Arc<Token>> {
        let token = self.live.lock().unwrap().pop_front()?;
        let mut ended = self.ended.lock().unwrap();
        ended.push_back(Arc::clone(&token));
        if ENDED < ended.len() {
            ended.pop_front();
        }
        Some(token)
    }

    fn revoke(&self, token: &Token, node: usize, lines: &mut Lines<'_>) -> bool {
        let path = format!("/api/v1/tokens/{}/revoke", token.made.id);
        let reply = lines.call(node, "POST", &path, &self.nodes.admin_text, "{}");
        let Some(reply) = reply.filter(|reply| reply.status == 200) else { return false };
        assert!(is_effective(&reply), "{reply:?}");
        self.history.ended(token.number);
        true
    }
}

fn is_effective(reply: &Answer) -> bool {
    reply.header(EFFECTIVE).is_some_and(|field| field.starts_with("everywhere;"))
}

/// Everybody stops, also when the test fails meanwhile.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
