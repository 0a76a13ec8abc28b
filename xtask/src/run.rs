//! `cargo xtask run`: the server as a release builds it, from nothing but a checkout.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::failure::Failure;
use crate::{packages, process, workspace};

/// Builds the server and becomes it.
///
/// # Errors
///
/// A build package is missing and cannot be installed, the build fails, or the server does.
pub(crate) fn server(arguments: &[OsString]) -> Result<(), Failure> {
    packages::for_building()?;
    process::run(&mut process::cargo(["build", "--release", "--locked", "--package", "tokenward"]))?;

    // The caller's `--` separates its arguments from ours; the server never sees it.
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == OsStr::new("--") => rest,
        _ => arguments,
    };
    let program = workspace::target()?.join("release").join("tokenward");
    let mut server = Command::new(program);
    server.args(arguments);
    process::forget_this_package(&mut server);
    become_program(&mut server)
}

/// Replaces this process, so that signals and the exit code are the server's own.
#[cfg(unix)]
fn become_program(program: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;

    let error = program.exec();
    Err(Failure::new(format!("cannot start the server that was just built: {error}")))
}

#[cfg(not(unix))]
fn become_program(program: &mut Command) -> Result<(), Failure> {
    process::run(program)
}
