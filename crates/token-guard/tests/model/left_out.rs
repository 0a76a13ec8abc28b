//! Rule after rule is left out, and each time the checker finds a call that passes after the answer. In the same space
//! nothing is found while the rule is kept.

use stateright::Checker;

use crate::holds::check;
use crate::space::{Clock, Left, Rule, Space};
use crate::world::PROMISE;

/// One slow node that follows, and a token that is revoked.
fn one(left: Left) -> Space {
    Space { nodes: vec![Clock::SLOW], late: 0, own: false, changes: vec![Some(0)], left, left_out: None }
}

#[track_caller]
fn needs(rule: Rule, space: &Space) {
    let kept = check(space);
    assert!(kept.discovery(PROMISE).is_none(), "{rule:?} is kept");
    let broken = space.clone().without(rule);
    let found = check(&broken);
    let Some(path) = found.discovery(PROMISE) else { panic!("{rule:?} is left out, and nothing is found") };
    println!("without {rule:?}, of {} states: {:?}", kept.unique_state_count(), path.into_actions());
}

#[test]
fn x01_the_lease_is_committed_before_the_log_is_read() {
    let left = Left { rounds: 2, given_up: 1, starts: 1, fills: 1, ..Left::default() };
    needs(Rule::LeaseBeforeReading, &Space { late: 1, ..one(left) });
}

#[test]
fn x01_the_time_is_taken_first() {
    needs(Rule::TimeFirst, &one(Left { rounds: 1, long: 2, short: 1, ..Left::default() }));
}

#[test]
fn x01_what_was_overtaken_is_dropped() {
    let left = Left { rounds: 3, fills: 1, starts: 1, ..Left::default() };
    needs(Rule::OvertakenIsDropped, &Space { late: 1, ..one(left) });
}

#[test]
fn x01_changes_become_visible_in_order() {
    let left = Left { rounds: 2, ..Left::default() };
    needs(Rule::CommitOrder, &Space { changes: vec![Some(0), None], ..one(left) });
}

#[test]
fn x01_a_wait_lasts_a_tenth_longer_than_a_lease() {
    needs(Rule::Tenth, &one(Left { long: 2, short: 2, ..Left::default() }));
}

#[test]
fn x01_a_wait_lasts() {
    needs(Rule::Bound, &one(Left { long: 2, short: 2, ..Left::default() }));
}

#[test]
fn x01_a_wait_begins_with_the_commit() {
    needs(Rule::CountedFromCommit, &one(Left { rounds: 1, long: 3, short: 2, ..Left::default() }));
}

#[test]
fn x01_registrations_are_read_after_the_commit() {
    let left = Left { rounds: 2, starts: 1, fills: 1, ..Left::default() };
    needs(Rule::RegistrationsAfterCommit, &Space { late: 1, ..one(left) });
}

#[test]
fn x01_whoever_is_silent_stays_registered_while_it_may_be_fresh() {
    let left = Left { rounds: 1, long: 2, short: 1, ..Left::default() };
    needs(Rule::SilentIsNotDead, &Space { changes: vec![None, Some(0)], ..one(left) });
}

#[test]
fn x01_whoever_renewed_meanwhile_stays_registered() {
    let left = Left { rounds: 1, long: 2, short: 2, ..Left::default() };
    needs(Rule::OnlyWhatWasNotRenewedIsRemoved, &Space { changes: vec![None, Some(0)], ..one(left) });
}

#[test]
fn x01_whoever_leaves_is_not_fresh() {
    needs(Rule::LeavingIsNotFresh, &one(Left { leaves: 1, ..Left::default() }));
}

#[test]
fn x01_a_call_looks_at_freshness_first() {
    let left = Left { rounds: 1, long: 1, short: 1, calls: 1, ..Left::default() };
    needs(Rule::FreshnessBeforeStillness, &one(left));
}

#[test]
fn x01_what_was_touched_is_forgotten_before_it_counts_as_applied() {
    let left = Left { rounds: 1, looks: 1, calls: 1, ..Left::default() };
    needs(Rule::ForgetBeforePublish, &Space { nodes: vec![Clock::EVEN], own: true, ..one(left) });
}

#[test]
fn x01_freshness_is_believed_last() {
    let left = Left { rounds: 1, long: 1, short: 1, calls: 1, ..Left::default() };
    needs(Rule::BelieveLast, &one(left));
}

#[test]
fn x01_a_registration_that_is_made_again_is_another_one() {
    let left = Left { long: 1, short: 1, rounds: 2, given_up: 1, ..Left::default() };
    needs(Rule::EachRegistrationCountsFromElsewhere, &Space { changes: vec![None, Some(0)], ..one(left) });
}
