//! Anything may happen to nodes and database while tokens are revoked: no node accepts one after the answer.

use std::time::Duration;

use crate::faults;
use crate::history::History;
use crate::load::Load;
use crate::nodes::{Nodes, moment};
use crate::postgres::Postgres;

/// For how many seconds things happen; `cargo xtask cluster --minutes N` sets it.
const SECONDS: &str = "TOKENWARD_CLUSTER_SECONDS";

/// Enough for every kind of fault a few times, and short enough for every run of the tests.
const USUAL: u64 = 36;

/// How many revocations it takes in a minute; most of them wait for somebody silent.
const PER_MINUTE: u64 = 250;

#[test]
fn x01_p12_whatever_happens_no_node_accepts_a_token_after_the_answer_of_its_revocation() {
    let seconds = std::env::var(SECONDS).map_or(USUAL, |seconds| seconds.parse().unwrap());
    let mut postgres = Postgres::start_fresh();
    let nodes = Nodes::with(&postgres.program(), &postgres.url(), postgres.folder());
    let history = History::begin();
    let time = Duration::from_secs(seconds);
    let few = usize::try_from(seconds * PER_MINUTE / 60).unwrap();
    let load = Load::while_busy(&nodes, &history, |load| {
        load.until_begun();
        let began = moment();
        let enough = || {
            let passed = began.elapsed();
            time <= passed && (few <= history.revoked() || 3 * time <= passed)
        };
        faults::happen(&nodes, &mut postgres, &history, enough);
        nodes.until_all_serve();
    });
    load.last_look();
    history.judge().hold(few);
}
