//! `cargo xtask browser`: the admin console in a real browser, against the program that was just built.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::postgres::{Cluster, URL_VARIABLE};
use crate::{packages, process, test, tools, workspace};

/// How the name of a file with tests ends.
const ENDING: &str = ".test.mjs";

/// Builds the program and runs all tests in the browser, or those that `filters` select.
///
/// # Errors
///
/// A tool is missing and cannot be installed, the build fails, or a test does.
pub(crate) fn suite(filters: &[OsString]) -> Result<(), Failure> {
    packages::for_browsing()?;
    let node = tools::node()?;
    test::build()?;
    let cluster = Cluster::start()?;
    beside(&cluster, &node, filters)
}

/// Runs them beside a cluster, with the Node packages in `node`; a filter is the name of a file without its ending, or
/// a piece of the name of a test.
///
/// # Errors
///
/// A test fails, or there is none to run.
pub(crate) fn beside(cluster: &Cluster, node: &Path, filters: &[OsString]) -> Result<(), Failure> {
    let chromium = chromium().ok_or_else(|| Failure::new("there is no Chromium"))?;
    let all = files()?;
    let (named, pieces): (Vec<_>, Vec<_>) = filters.iter().partition(|filter| all.iter().any(|file| is(file, filter)));
    let chosen = all.iter().filter(|file| named.is_empty() || named.iter().any(|name| is(file, name)));

    let mut command = Command::new("node");
    command
        .current_dir(workspace::root())
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(pieces.iter().map(|piece| joined("--test-name-pattern=", piece)))
        .args(chosen)
        .env(URL_VARIABLE, cluster.url())
        .env("TOKENWARD_TEST_NODE_DIR", node)
        .env("TOKENWARD_TEST_PROGRAM", workspace::target()?.join("debug").join("tokenward"))
        .env("TOKENWARD_TEST_CHROMIUM", chromium);
    process::forget_this_package(&mut command);
    process::run(&mut command)
}

/// The browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(process::find)
}

/// All files with tests.
fn files() -> Result<Vec<PathBuf>, Failure> {
    let folder = workspace::root().join("tests").join("browser");
    let cannot = |error| Failure::new(format!("cannot read {}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether `name` with the ending is the name of this file.
fn is(file: &Path, name: &OsStr) -> bool {
    file.file_name().is_some_and(|found| found == joined(name, ENDING))
}

fn joined(first: impl AsRef<OsStr>, second: impl AsRef<OsStr>) -> OsString {
    let mut whole = first.as_ref().to_owned();
    whole.push(second);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_names() {
        let files = files().unwrap();
        let found = |name: &str| files.iter().filter(|file| is(file, OsStr::new(name))).count();
        assert_eq!(found("tokens_list"), 1);
        assert_eq!(found("tokens"), 0);
        assert!(!files.iter().any(|file| file.to_string_lossy().contains("harness")));
    }
}
