//! `cargo xtask semver REVISION`: what changed in the public API since a revision, judged by semantic versioning.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::process;

/// The crates that other services embed, and their features that are part of the promise.
const CRATES: &[(&str, &str)] = &[
    ("token-core", "serde"),
    ("token-jwt", ""),
    ("token-authz", ""),
    ("token-guard", "actix,axum,test-support"),
    ("token-client", ""),
];

/// What to do where the tool is missing.
const MISSING: &str = "install cargo-semver-checks: `cargo install --locked --debug cargo-semver-checks@0.51.0`";

/// Compares the working tree with a revision, crate by crate, and names all crates that break a promise.
///
/// # Errors
///
/// No revision is named, the tool is missing, or a crate changed more than its version says.
pub(crate) fn check(arguments: &[OsString]) -> Result<(), Failure> {
    let [revision] = arguments else {
        return Err(Failure::usage("against which revision? e.g. `cargo xtask semver v0.1.0`"));
    };
    if !process::succeeds(&mut process::cargo(["semver-checks", "--version"])) {
        return Err(Failure::new(MISSING));
    }
    let broken = CRATES.iter().filter(|(name, features)| {
        println!("\n=== {name}");
        let mut command = process::cargo(["semver-checks", "--package", name, "--default-features", "--baseline-rev"]);
        command.arg(revision);
        if !features.is_empty() {
            command.args(["--features", features]);
        }
        process::run(&mut command).is_err()
    });
    let broken: Vec<&str> = broken.map(|(name, _)| *name).collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("more has changed than the version says: {}", broken.join(", "))))
}
