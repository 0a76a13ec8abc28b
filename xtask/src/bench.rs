//! `cargo xtask bench`: the benchmarks.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::{packages, process};

/// Runs the benchmarks; a name selects among them, options go to `cargo bench`.
///
/// # Errors
///
/// A build package is missing and cannot be installed, or the benchmarks fail.
pub(crate) fn measure(arguments: &[OsString]) -> Result<(), Failure> {
    packages::for_building()?;
    process::run(process::cargo(["bench", "--locked", "--package", "token-bench"]).args(arguments))
}
