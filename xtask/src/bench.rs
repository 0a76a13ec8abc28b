//! `cargo xtask bench`: the benchmarks.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::{packages, process, workspace};

/// Runs the benchmarks; a name selects among them, options go to `cargo bench`. `others` compares a decision with those of
/// other libraries, which are built for that alone.
///
/// # Errors
///
/// A build package is missing and cannot be installed, or the benchmarks fail.
pub(crate) fn measure(arguments: &[OsString]) -> Result<(), Failure> {
    packages::for_building()?;
    if arguments.first().is_some_and(|name| name == "others") {
        let manifest = workspace::root().join("benches/others/Cargo.toml");
        let built = workspace::target()?.join("others");
        let mut command = process::cargo(["run", "--release", "--locked", "--manifest-path"]);
        return process::run(command.arg(manifest).arg("--target-dir").arg(built));
    }
    process::run(process::cargo(["bench", "--locked", "--package", "token-bench"]).args(arguments))
}
