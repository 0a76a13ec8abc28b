//! `cargo xtask cluster`: nodes and their database fail in every way for as long as one likes.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::{packages, process, test};

/// How long the test goes on; without it, as long as in every run of all tests.
const SECONDS_VARIABLE: &str = "TOKENWARD_CLUSTER_SECONDS";

/// The one test that goes on for a time.
const NAME: &str = "whatever_happens";

/// Runs for `--minutes N`, or ten.
///
/// # Errors
///
/// The arguments make no sense, something does not build, or a promise was broken.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let minutes: u64 = match words.as_slice() {
        [] => Some(10),
        ["--minutes", number] => number.parse().ok(),
        _ => None,
    }
    .filter(|minutes| 0 < *minutes)
    .ok_or_else(|| Failure::usage("cargo xtask cluster [--minutes N]"))?;
    packages::for_testing()?;
    test::build()?;
    let mut tests = process::cargo(["test", "--workspace", "--locked", "--test", "cluster"]);
    tests.args(["--features", test::FEATURES, "--", "--nocapture", NAME]);
    process::run(tests.env(SECONDS_VARIABLE, (minutes * 60).to_string()))
}
