//! The promise holds, whatever happens. Every space is looked at whole; how many states it has is printed.

use stateright::{Checker, HasDiscoveries, Model};

use crate::space::{Clock, Left, Space};
use crate::world::{ACKNOWLEDGED, BOUND, CAME_BACK, FOLLOWS, PASSES, PROMISE, STALE};

/// Looks at all of it.
pub(crate) fn check(space: &Space) -> impl Checker<Space> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    space.clone().checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join()
}

/// Nothing is found, and what was looked for is not empty: all of these occur.
#[track_caller]
fn holds(space: &Space, occurring: &[&'static str]) {
    let checked = check(space);
    println!("{} states, {} steps deep", checked.unique_state_count(), checked.max_depth());
    if let Some(path) = checked.discovery(PROMISE) {
        panic!("passes late: {:?}", path.into_actions());
    }
    for name in occurring {
        assert!(checked.discovery(name).is_some(), "it never occurs that {name}");
    }
}

/// A slow node and a fast one, and a token that is revoked.
fn two(left: Left) -> Space {
    Space { nodes: vec![Clock::SLOW, Clock::FAST], late: 0, own: false, changes: vec![Some(0)], left, left_out: None }
}

/// The slow node alone.
fn one(left: Left) -> Space {
    Space { nodes: vec![Clock::SLOW], ..two(left) }
}

#[test]
fn x01_p10_two_nodes_and_time() {
    let left = Left { long: 1, short: 1, rounds: 2, ..Left::default() };
    holds(&two(left), &[PASSES, BOUND, STALE, FOLLOWS]);
}

#[test]
fn x01_p10_a_node_that_registers_while_another_follows() {
    let left = Left { long: 1, rounds: 2, fills: 1, starts: 1, ..Left::default() };
    holds(&Space { late: 1, ..two(left) }, &[PASSES, ACKNOWLEDGED, FOLLOWS]);
}

#[test]
fn x01_p10_the_node_that_makes_the_change_and_another() {
    let left = Left { long: 1, short: 1, rounds: 1, looks: 1, fills: 1, ..Left::default() };
    let space = Space { nodes: vec![Clock::EVEN, Clock::SLOW], own: true, ..two(left) };
    holds(&space, &[PASSES, BOUND, STALE, FOLLOWS]);
}

#[test]
fn x01_p10_three_nodes() {
    let left = Left { rounds: 2, ..Left::default() };
    holds(&Space { nodes: vec![Clock::SLOW, Clock::EVEN, Clock::FAST], ..two(left) }, &[PASSES, FOLLOWS]);
}

#[test]
fn x01_p10_looks_readings_answers_that_are_lost_and_leaving() {
    let left = Left { long: 1, short: 1, rounds: 2, looks: 1, fills: 1, given_up: 1, leaves: 1, ..Left::default() };
    holds(&one(left), &[PASSES, ACKNOWLEDGED, BOUND, STALE, FOLLOWS]);
}

#[test]
fn x01_p10_a_node_that_begins_late_and_starts_anew() {
    let left = Left { long: 1, short: 1, rounds: 3, fills: 1, given_up: 1, starts: 2, ..Left::default() };
    holds(&Space { late: 1, ..one(left) }, &[PASSES, ACKNOWLEDGED, BOUND, STALE, FOLLOWS]);
}

#[test]
fn x01_p10_a_node_that_is_removed_as_dead_and_comes_back() {
    let left = Left { long: 2, short: 1, rounds: 2, given_up: 1, ..Left::default() };
    holds(&Space { changes: vec![None, Some(0)], ..one(left) }, &[PASSES, ACKNOWLEDGED, BOUND, STALE, CAME_BACK]);
}

#[test]
fn x01_p10_two_tokens_are_revoked() {
    let left = Left { long: 1, short: 1, rounds: 2, fills: 1, ..Left::default() };
    holds(&Space { changes: vec![Some(0), Some(1)], ..one(left) }, &[PASSES, ACKNOWLEDGED, BOUND, STALE, FOLLOWS]);
}

#[test]
fn x01_p10_every_step_of_a_call_and_of_applying() {
    let left = Left { long: 2, short: 1, rounds: 2, fills: 1, calls: 1, ..Left::default() };
    holds(&one(left), &[PASSES, BOUND, STALE, FOLLOWS]);
}
