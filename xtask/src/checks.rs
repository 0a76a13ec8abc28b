//! The checks of `cargo xtask ci`, each by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::{process, test, tools, workspace};

/// Beyond this a file holds more than one idea (house style).
const MOST_LINES: usize = 500;

/// What each crate must build with, alone: a feature that only works beside another is a trap for
/// whoever embeds the crate. In a build of the whole workspace features of one member reach all.
const FEATURE_BUILDS: &[&[&str]] = &[
    &["token-core", "--no-default-features"],
    &["token-core", "--features", "serde"],
    &["token-http", "--features", "fuzzing"],
    &["token-guard"],
    &["token-guard", "--features", "actix"],
    &["token-guard", "--features", "tower"],
    &["token-guard", "--features", "axum"],
    &["token-guard", "--features", "test-support"],
    &["token-guard", "--features", "shuttle"],
    &["token-store", "--no-default-features", "--features", "sqlite"],
    &["token-store", "--no-default-features", "--features", "postgres"],
];

/// The sources are formatted.
pub(crate) fn format() -> Result<(), Failure> {
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

/// No lint complains, in tests and benchmarks neither.
pub(crate) fn lints() -> Result<(), Failure> {
    process::run(
        process::cargo(["clippy", "--workspace", "--all-targets", "--locked"])
            .args(["--features", test::FEATURES])
            .args(["--", "--deny", "warnings"]),
    )
}

/// Licences, sources and the edges between crates are as `deny.toml` says.
pub(crate) fn dependencies() -> Result<(), Failure> {
    tools::deny()?;
    // The check itself is offline: it reads manifests of every platform from cargo's cache.
    process::run(&mut process::cargo(["fetch", "--locked"]))?;
    process::run(
        process::cargo(["deny", "--offline", "check"])
            // An edge that is allowed need not be there yet.
            .args(["--allow", "unused-wrapper"])
            .args(["bans", "licenses", "sources"]),
    )
}

/// Crates build with their features one by one.
pub(crate) fn features() -> Result<(), Failure> {
    for arguments in FEATURE_BUILDS {
        println!("{}", arguments.join(" "));
        process::run(process::cargo(["check", "--locked", "--package"]).args(*arguments))?;
    }
    Ok(())
}

/// Builds the documentation of all crates; a warning is an error.
///
/// # Errors
///
/// The documentation has a broken link, or does not build.
pub(crate) fn docs() -> Result<(), Failure> {
    process::run(process::cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// No source file is longer than [`MOST_LINES`].
pub(crate) fn file_lengths() -> Result<(), Failure> {
    let root = workspace::root();
    let cannot = |error| Failure::new(format!("cannot read the sources: {error}"));
    let mut too_long = Vec::new();
    for file in sources(&root).map_err(cannot)? {
        let lines = fs::read_to_string(&file).map_err(cannot)?.lines().count();
        if MOST_LINES < lines {
            let file = file.strip_prefix(&root).unwrap_or(&file);
            too_long.push(format!("{} has {lines} lines", file.display()));
        }
    }
    if too_long.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("more than {MOST_LINES} lines: {}", too_long.join(", "))))
}

/// All Rust sources below `root`, but those that a build made.
pub(crate) fn sources(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let kind = entry.file_type()?;
            if kind.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                folders.push(entry.path());
            } else if kind.is_file() && entry.path().extension().is_some_and(|end| end == "rs") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_and_builds_are_not() {
        let root = workspace::root();
        let found = sources(&root).unwrap();
        assert!(found.contains(&root.join("xtask/src/checks.rs")));
        assert!(!found.iter().any(|file| file.starts_with(root.join("target"))));
    }
}
