//! `cargo xtask ci`: every check in a row, and what became of each.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::{checks, fuzz, packages, test};

/// One thing a change has to pass.
struct Step {
    name: &'static str,
    run: fn() -> Result<(), Failure>,
}

/// The quick ones first; the tests last, so that their closing lines are easy to find.
const STEPS: &[Step] = &[
    Step { name: "format", run: checks::format },
    Step { name: "lengths", run: checks::file_lengths },
    Step { name: "packages", run: packages::for_testing },
    Step { name: "dependencies", run: checks::dependencies },
    Step { name: "lints", run: checks::lints },
    Step { name: "features", run: checks::features },
    Step { name: "docs", run: checks::docs },
    Step { name: "fuzz", run: || fuzz::smoke() },
    Step { name: "tests", run: || test::suite(&[]) },
];

/// Runs all steps, or the named ones, also after one has failed: the next push should not be
/// needed to see the next mistake.
///
/// # Errors
///
/// Names the steps that failed, or the one that does not exist.
pub(crate) fn steps(names: &[OsString]) -> Result<(), Failure> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| *name != step.name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        let unknown = unknown.to_string_lossy();
        return Err(Failure::usage(format!("there is no step `{unknown}`, but: {}", known.join(", "))));
    }
    let chosen = STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name));

    let mut table = Vec::new();
    let mut failed = Vec::new();
    for Step { name, run } in chosen {
        println!("\n=== {name}");
        let (result, took) = timed(*run);
        let verdict = match result {
            Ok(()) => "ok",
            Err(failure) => {
                eprintln!("xtask: {name} failed: {failure}");
                failed.push(*name);
                "FAILED"
            }
        };
        println!("=== {name}: {verdict} after {:.1} s", took.as_secs_f64());
        table.push(format!("{name:<14} {verdict:<7} {:>7.1} s", took.as_secs_f64()));
    }

    println!("\n{}", table.join("\n"));
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("failed: {}", failed.join(", "))))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for the person who reads it; nothing is decided by it"
)]
fn timed(run: fn() -> Result<(), Failure>) -> (Result<(), Failure>, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}
