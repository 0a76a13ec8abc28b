//! Nodes stand still for a while at the worst places, or panic there: no node accepts a token after the answer of its
//! revocation.
#![cfg(feature = "failpoints")]

use token_testkit::{Database, Kind, Program};

use crate::history::History;
use crate::load::Load;
use crate::nodes::{NODES, Nodes, until};

/// How often nodes have to stand or panic at a place while tokens are revoked: of a place nobody came by nothing is shown.
const STOPPED: usize = 2;

/// How often nodes said that they stand at this place, or panic there.
fn stopped(nodes: &Nodes, stop: &str) -> usize {
    let said = [format!("stopped at {stop}\n"), format!("failpoint {stop} panic")];
    let by = |node| {
        let log = nodes.log(node);
        said.iter().map(|said| log.matches(said.as_str()).count()).sum::<usize>()
    };
    (0..NODES).map(by).sum()
}

/// Revokes under load while every node stops or panics there now and then.
#[track_caller]
fn hold_at(stop: &'static str, action: &str) {
    const REVOCATIONS: usize = 15;
    let database = Database::fresh(Kind::Postgres);
    let program = database.program().with("TOKENWARD_FAULTS", &format!("{stop}={action}"));
    let program = program.with("RUST_BACKTRACE", "0");
    let nodes = Nodes::with(&program, &database.address(), database.folder());
    let history = History::begin();
    let _ = Load::while_busy(&nodes, &history, |load| {
        load.until_begun();
        let (began, revoked, stood) = (history.now(), history.revoked(), stopped(&nodes, stop));
        until(&format!("enough is revoked, and nodes have stopped at `{stop}` meanwhile"), || {
            revoked + REVOCATIONS <= history.revoked() && stood + STOPPED <= stopped(&nodes, stop)
        });
        history.suffered(stop, None, began);
    });
    println!("nodes stopped {} times at `{stop}`", stopped(&nodes, stop));
    history.judge().hold(REVOCATIONS);
}

/// Goes well there for as long as a start takes; then every seventh time is a panic, in whichever thread it is, thirty
/// times in all.
#[track_caller]
fn panic_at(stop: &'static str) {
    hold_at(stop, &format!("12*off->{}", ["1*panic->6*off"; 30].join("->")));
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
fn p17_x01_what_commits_the_lease_panics_now_and_then() {
    panic_at("follow.lease");
}

#[test]
fn p17_x01_whoever_follows_panics_now_and_then_between_reading_and_forgetting() {
    panic_at("follow.read");
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

#[test]
fn whoever_orders_a_stop_that_does_not_exist_is_told_so_and_nothing_starts() {
    let version = |variable: &str, order: &str| Program::new(Vec::new()).with(variable, order).run(&["--version"]);
    for (variable, order, told) in [
        ("TOKENWARD_FAULTS", "follow.leese=20%sleep(400)", "there is no stop `follow.leese`"),
        ("TOKENWARD_FAULTS", "guard.fresh=return;guard.chekced=return", "there is no stop `guard.chekced`"),
        ("TOKENWARD_FAULTS", "follow.lease", "no action"),
        ("TOKENWARD_FAULTS", "follow.lease=slep(400)", "slep"),
        ("TOKENWARD_FAULTS", "follow.lease=sleep(long)", "a time in milliseconds"),
        ("TOKENWARD_FAULTS", "follow.lease=often%sleep(400)", "frequency"),
        ("TOKENWARD_CRASH_AT", "write.loked@1", "there is no stop `write.loked`"),
        ("TOKENWARD_CRASH_AT", "write.locked", "no count"),
        ("TOKENWARD_CRASH_AT", "write.locked@0", "write.locked@0"),
    ] {
        let said = version(variable, order);
        assert_eq!(said.code, Some(2), "{order}: {said:?}");
        assert!(said.err.contains(told), "{order}: {said:?}");
    }
    let _ = version("TOKENWARD_FAULTS", "follow.lease=20%sleep(400);guard.fresh=return").ok();
}
