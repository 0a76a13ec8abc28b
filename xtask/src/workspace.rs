//! Where things are: the repository, and the directory cargo builds into.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // Set by `cargo run`; the other is where this program was compiled, for a direct call.
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or(package.clone(), Path::to_path_buf)
}

/// The directory that holds `debug` and `release`.
///
/// It is found from this program, which lies in one of the two, so every way to move it
/// (environment, configuration, target triple) is followed.
///
/// # Errors
///
/// When the system cannot say where this program is.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let program = env::current_exe().map_err(|error| Failure::new(format!("where is this program? {error}")))?;
    program
        .ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .ok_or_else(|| Failure::new("this program does not lie in a target directory"))
}
