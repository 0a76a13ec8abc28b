//! `cargo xtask test`: the whole suite, with everything it talks to.

use std::ffi::OsString;
use std::process::Command;

use crate::failure::Failure;
use crate::postgres::{Cluster, URL_VARIABLE};
use crate::tools::Runner;
use crate::{browser, packages, process, tools};

/// Named stops in the write path, for crash tests, and fake callers: never in a release build.
pub(crate) const FEATURES: &str =
    "tokenward/failpoints,token-tests/failpoints,token-guard/axum,token-guard/test-support";

/// Runs all tests, or those that `filters` select.
///
/// # Errors
///
/// A tool is missing and cannot be installed, the build fails, or a test does.
pub(crate) fn suite(filters: &[OsString]) -> Result<(), Failure> {
    packages::for_testing()?;
    let runner = tools::runner();
    let python = tools::python()?;
    let node = tools::node()?;

    build()?;
    let cluster = Cluster::start()?;
    let equip = |command: &mut Command| {
        command
            .env(URL_VARIABLE, cluster.url())
            .env("TOKENWARD_TEST_PYTHON", &python)
            .env("TOKENWARD_TEST_NODE_DIR", &node);
        process::run(command)
    };

    // First, so that the closing lines of the runner are the last thing to be read.
    let examples = match runner {
        Runner::Nextest if filters.is_empty() => {
            equip(process::cargo(["test", "--doc", "--workspace", "--locked"]).args(["--features", FEATURES]))
        }
        _ => Ok(()),
    };
    let pages = if filters.is_empty() { browser::beside(&cluster, &node, &[]) } else { Ok(()) };
    let orders = if filters.is_empty() { orders_of_threads(runner) } else { Ok(()) };
    let mut tests = begin(runner);
    tests.args(["--workspace", "--locked", "--no-fail-fast", "--features", FEATURES]).args(filters);
    equip(&mut tests).and(examples).and(pages).and(orders)
}

/// What a guard keeps, built with locks and atomics that try many orders of threads. By itself, since in one build with
/// everything else everybody would get them.
fn orders_of_threads(runner: Runner) -> Result<(), Failure> {
    let mut tests = begin(runner);
    tests.args(["--package", "token-guard", "--lib", "--features", "shuttle", "--locked", "--no-fail-fast"]);
    process::run(&mut tests)
}

/// The runner, which is told nothing yet.
pub(crate) fn begin(runner: Runner) -> Command {
    match runner {
        Runner::Nextest => process::cargo(["nextest", "run"]),
        Runner::Cargo => process::cargo(["test"]),
    }
}

/// Builds the programs that tests start: as a user builds them, not as a part of them.
///
/// # Errors
///
/// It does not compile.
pub(crate) fn build() -> Result<(), Failure> {
    process::run(process::cargo(["build", "--locked", "--package", "tokenward"]).args(["--features", "failpoints"]))?;
    process::run(&mut process::cargo([
        "build",
        "--locked",
        "--package",
        "embedded-service",
        "--package",
        "own-database",
    ]))
}
