//! Nodes stand still for a while at the worst places: no node accepts a token after the answer of its revocation.
#![cfg(feature = "failpoints")]

use token_testkit::{Database, Kind};

use crate::history::History;
use crate::load::Load;
use crate::nodes::{Nodes, until};

/// Revokes under load while every node stops there now and then.
#[track_caller]
fn hold_at(stop: &'static str, action: &str) {
    const REVOCATIONS: usize = 15;
    let database = Database::fresh(Kind::Postgres);
    let program = database.program().with("TOKENWARD_FAULTS", &format!("{stop}={action}"));
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    let history = History::begin();
    let _ = Load::while_busy(&nodes, &history, |load| {
        load.until_begun();
        let (began, before) = (history.now(), history.revoked());
        until("enough is revoked", || before + REVOCATIONS <= history.revoked());
        history.suffered(stop, None, began);
    });
    history.judge().hold(REVOCATIONS);
}

#[test]
fn x01_a_follower_stops_between_its_time_and_the_commit_of_its_lease() {
    hold_at("follow.lease", "20%sleep(400)");
}

#[test]
fn x01_a_follower_is_given_up_before_the_commit_of_its_lease() {
    hold_at("follow.lease", "3%sleep(2500)");
}

#[test]
fn x01_a_follower_stops_between_its_lease_and_its_reading() {
    hold_at("follow.renewed", "2%sleep(1300)");
}

#[test]
fn x01_a_follower_stops_between_its_reading_and_forgetting() {
    hold_at("follow.read", "2%sleep(1300)");
}

#[test]
fn x01_a_change_stops_while_it_holds_the_lock_of_the_log() {
    hold_at("write.locked", "20%sleep(400)");
}

#[test]
fn x01_a_change_stops_for_too_long_while_it_holds_the_lock_of_the_log() {
    hold_at("write.locked", "5%sleep(2500)");
}

#[test]
fn x01_a_change_stops_between_its_commit_and_its_waiting() {
    hold_at("write.after_commit", "20%sleep(1300)");
}

#[test]
fn atk_m01_a_call_stops_between_its_check_and_its_answer() {
    hold_at("guard.checked", "1%sleep(1300)");
}
