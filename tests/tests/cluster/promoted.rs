//! A synchronous standby takes the place of a primary that is lost while tokens are revoked and called: no node accepts
//! one after the answer of its revocation, and all of them go on by themselves.

use std::time::Duration;

use serde_json::json;

use crate::history::History;
use crate::load::Load;
use crate::nodes::{NODES, Nodes, until};
use crate::postgres::Postgres;
use crate::standby::{Standby, durable, psql, signal, wait_for_standby};

/// Long enough for a busy machine to make calls before it ends; with a tenth more, less than anybody waits for an answer.
const LEASE: &str = "4s";

/// Calls that are accepted at least while nothing can be written, by all nodes together.
const ACCEPTED_MEANWHILE: usize = 20;
/// And by each of them before the primary is lost, and after the standby was promoted.
const ACCEPTED: usize = 40;

/// Revocations that one node does not hear of: its way leads to the lost primary for longer.
const UNHEARD: usize = 3;

/// Whether a change is committed at the primary, and waits until the standby has it.
const IS_WAITING: &str = "SELECT count(*) > 0 FROM pg_stat_activity JOIN pg_locks USING (pid) \
     WHERE wait_event = 'SyncRep' AND relation = 'event_head'::regclass";

/// How often a primary is lost, and how many tokens are revoked before and after each time.
fn extent() -> (usize, usize) {
    if token_testkit::is_long() { (10, 120) } else { (1, 40) }
}

/// One takes writes, and others were lost. The files of all are in the folder of the first, which therefore ends last.
struct Servers {
    promoted: Option<Standby>,
    standbys: usize,
    first: Postgres,
}

impl Servers {
    fn start_fresh() -> Self {
        Self { promoted: None, standbys: 0, first: Postgres::start_fresh() }
    }

    /// Of the one that takes writes.
    fn url(&self) -> String {
        self.promoted.as_ref().map_or_else(|| self.first.url(), Standby::url)
    }

    /// One more, which has every change before it is answered.
    fn standby(&mut self) -> Standby {
        self.standbys += 1;
        let data = self.first.folder().join(format!("standby{}", self.standbys));
        let standby = Standby::of(&self.url(), &data);
        wait_for_standby(&self.url());
        standby
    }

    /// The one that takes writes crashes, and does not come back.
    fn lose(&mut self) {
        self.first.stop();
        drop(self.promoted.take());
    }
}

/// Goes on until so many tokens are revoked and every node has accepted calls, all of it asked for since then.
#[track_caller]
fn until_enough(history: &History, since: Duration, revocations: usize) {
    until("enough is revoked", || revocations <= history.revoked_since(since));
    until("every node accepts calls", || (0..NODES).all(|node| ACCEPTED <= history.accepted_since(node, since)));
}

/// The primary is lost while changes wait for the standby, which takes its place; one node hears of it later. When it
/// was promoted.
fn fail_over(nodes: &Nodes, history: &History, servers: &mut Servers, standby: Standby, late: usize) -> Duration {
    let began = history.now();
    let frozen = standby.receivers();
    signal("STOP", &frozen);
    lose_with_a_change(nodes, servers, late);
    signal("CONT", &frozen);
    until("calls are accepted meanwhile", || {
        let accepted = (0..NODES).map(|node| history.accepted_since(node, began));
        ACCEPTED_MEANWHILE <= accepted.sum::<usize>()
    });
    // They come to it before it takes writes.
    for node in (0..NODES).filter(|node| *node != late) {
        nodes.lead_to(node, &standby.address());
    }
    standby.promote();
    history.suffered("a lost primary", None, began);
    let promoted = history.now();
    until("tokens are revoked that one node does not hear of", || UNHEARD <= history.revoked_since(promoted));
    nodes.lead_to(late, &standby.address());
    history.suffered("a way to the lost primary", Some(late), promoted);
    servers.promoted = Some(standby);
    promoted
}

/// The standby takes nothing over: a change is committed and waits for it when the primary crashes. Nobody is told that
/// it was made.
fn lose_with_a_change(nodes: &Nodes, servers: &mut Servers, node: usize) {
    let admin = nodes.admin(node);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| admin.post("/api/v1/tokens", &json!({"name": "unsure", "roles": []})));
        until("a change waits for the standby", || psql(&servers.url(), IS_WAITING) == "t");
        servers.lose();
        let _ = asked.join().unwrap().expect(503);
    });
}

#[test]
fn x01_p22_a_standby_promoted_under_load_brings_no_revoked_token_back() {
    let (rounds, revocations) = extent();
    let mut servers = Servers::start_fresh();
    let mut first = Some(servers.standby());
    let program = servers.first.program().with("TOKENWARD_LEASE", LEASE);
    let nodes = Nodes::with(&program, &servers.url(), servers.first.folder());
    let history = History::begin();
    let load = Load::while_busy(&nodes, &history, |load| {
        load.until_begun();
        for round in 0..rounds {
            let standby = first.take().unwrap_or_else(|| servers.standby());
            until("every node says that a change is on both", || {
                (0..NODES).all(|node| durable(&nodes.anybody(node)) == "replicated")
            });
            until_enough(&history, history.now(), revocations);
            let promoted = fail_over(&nodes, &history, &mut servers, standby, round % NODES);
            nodes.until_all_serve();
            until_enough(&history, promoted, revocations);
            history.suffered("a promoted standby", None, promoted);
        }
    });
    load.last_look();
    for node in 0..NODES {
        assert!(!nodes.log(node).contains("the database has gone back"), "{}", nodes.log(node));
    }
    let beside = nodes.beside.clone().with("TOKENWARD_DATABASE_URL", &servers.url());
    let _ = beside.run(&["events", "verify"]).ok();
    println!("a primary was lost {rounds} times");
    history.judge().hold(2 * rounds * revocations);
}
