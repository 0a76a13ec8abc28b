//! The checker of histories is worth something: it finds what a server does that leaves out one half of the promise.
#![cfg(feature = "failpoints")]

use token_testkit::{Database, Kind};

use crate::history::History;
use crate::load::Load;
use crate::nodes::{Nodes, until};

/// Whether late accepts are found where all nodes have this fault built in, while one is cut off again and again.
#[track_caller]
fn is_found(fault: &str) {
    let database = Database::fresh(Kind::Postgres);
    let program = database.program().with("TOKENWARD_FAULTS", fault);
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    let history = History::begin();
    let _ = Load::while_busy(&nodes, &history, |load| {
        load.until_begun();
        until("a late accept is found", || {
            let _ = load.chase(2, 0);
            !history.judge().late_accepts.is_empty()
        });
    });
    println!("{}", history.judge());
}

#[test]
fn x01_the_checker_finds_a_node_without_a_lease() {
    is_found("guard.fresh=return");
}

#[test]
fn x01_the_checker_finds_a_change_that_waits_for_nobody_silent() {
    is_found("everywhere.lease=return");
}
