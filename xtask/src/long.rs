//! `cargo xtask long`: tests whose numbers are too large for every run of all tests, with those numbers.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::postgres::{Cluster, URL_VARIABLE};
use crate::tools::Runner;
use crate::{packages, process, test, tools};

/// Tells tests to take their long form.
const VARIABLE: &str = "TOKENWARD_LONG";

/// The tests that have one.
const LONG: &[&str] = &[
    "p10_s25_no_call_is_accepted_once_the_reply_to_a_revocation_is_there",
    "p24_a_database_that_crashed_is_ridden_out_for_a_lease_and_no_longer",
    "p24_a_database_that_says_nothing_is_ridden_out_for_a_lease_and_no_longer",
    "p50_of_more_than_a_hundred_thousand_calls_during_rotations_none_is_refused",
    "p51_no_call_that_begins_after_its_key_was_withdrawn_is_accepted",
    "schemathesis_finds_nothing_on_postgresql",
    "schemathesis_finds_nothing_on_sqlite",
    "x01_p22_a_standby_promoted_under_load_brings_no_revoked_token_back",
    "x09_counts_are_exact_after_a_clean_stop",
];

/// Runs all of them, or those whose names hold one of `filters`, one after another, and shows what they print.
///
/// # Errors
///
/// No name holds any of `filters`, a tool is missing and cannot be installed, the build fails, or a test does.
pub(crate) fn run(filters: &[OsString]) -> Result<(), Failure> {
    let chosen = chosen(filters)?;
    packages::for_testing()?;
    let runner = tools::runner();
    let python = tools::python()?;
    test::build()?;
    let cluster = Cluster::start()?;
    let mut tests = test::begin(runner);
    tests.args(["--workspace", "--locked", "--no-fail-fast", "--features", test::FEATURES]);
    match runner {
        Runner::Nextest => tests.args(["--profile", "long", "--no-capture", "-E", &expression(&chosen)]),
        Runner::Cargo => tests.args(["--tests", "--", "--nocapture", "--test-threads=1"]).args(&chosen),
    };
    tests.env(VARIABLE, "1").env(URL_VARIABLE, cluster.url()).env("TOKENWARD_TEST_PYTHON", &python);
    process::run(&mut tests)
}

fn chosen(filters: &[OsString]) -> Result<Vec<&'static str>, Failure> {
    let pieces: Vec<String> = filters.iter().map(|filter| filter.to_string_lossy().into_owned()).collect();
    let mut chosen = LONG.to_vec();
    chosen.retain(|name| pieces.is_empty() || pieces.iter().any(|piece| name.contains(piece.as_str())));
    if chosen.is_empty() {
        return Err(Failure::usage(format!("none of these names holds that: {}", LONG.join(", "))));
    }
    Ok(chosen)
}

/// What selects these tests, in the words of the runner.
fn expression(names: &[&str]) -> String {
    names.iter().map(|name| format!("test({name})")).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{checks, workspace};

    #[test]
    fn every_test_that_asks_whether_it_is_long_is_run_long_and_no_other() {
        let root = workspace::root();
        let mut found = Vec::new();
        for file in checks::sources(&root).unwrap() {
            // Whoever asks, and neither who answers nor who tells of it here.
            if file.starts_with(root.join("xtask")) || file.starts_with(root.join("crates/token-testkit")) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            if text.contains("is_long()") {
                let before = found.len();
                found.extend(LONG.iter().copied().filter(|name| text.contains(&format!("fn {name}()"))));
                assert!(before < found.len(), "{} asks, and none of its tests is named here", file.display());
            }
        }
        found.sort_unstable();
        assert_eq!(found, LONG);
    }

    #[test]
    fn a_filter_is_a_piece_of_a_name() {
        let chosen = |words: &str| chosen(&words.split_whitespace().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(chosen("").unwrap(), LONG);
        let two = ["schemathesis_finds_nothing_on_sqlite", "x09_counts_are_exact_after_a_clean_stop"];
        assert_eq!(chosen("on_sqlite x09").unwrap(), two);
        assert!(chosen("nowhere").is_err());
        assert_eq!(expression(&["a", "b"]), "test(a) + test(b)");
    }
}
