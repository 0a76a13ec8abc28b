//! `cargo xtask fuzz`: every reader of untrusted input, for a while.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::{packages, process, tools, workspace};

/// How long all targets run together in CI.
const SMOKE: u64 = 60;

/// A minute for all targets.
///
/// # Errors
///
/// Those of [`run`].
pub(crate) fn smoke() -> Result<(), Failure> {
    run(&[])
}

/// Runs all targets, or those that are named, one after another.
///
/// # Errors
///
/// A tool is missing and cannot be installed, a target does not build, or it found something: then it says where the
/// input is kept.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let (seconds, named) = wanted(arguments)?;
    let folder = workspace::root().join("fuzz");
    let all = targets(&folder)?;
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        return Err(Failure::usage(format!("there is no target `{unknown}`, but: {}", all.join(", "))));
    }
    let chosen = if named.is_empty() { &all } else { &named };
    packages::for_fuzzing()?;
    tools::fuzz()?;
    // One build for all: a target by name would be linked alone, and the next one again.
    process::run(fuzz(&folder, "build")?.args(["--dev", "--sanitizer", "none"]))?;
    let count = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let each = (seconds / count).max(1);
    for target in chosen {
        println!("\n--- {target}, {each} s");
        let found = workspace::target()?.join("fuzz-corpus").join(target);
        let cannot = |error| Failure::new(format!("cannot make {}: {error}", found.display()));
        fs::create_dir_all(&found).map_err(cannot)?;
        let seeds = folder.join("seeds").join(target);
        let mut command = fuzz(&folder, "run")?;
        command.args(["--dev", "--sanitizer", "none", target]).args([&found, &seeds]).arg("--");
        command.args([format!("-max_total_time={each}"), "-timeout=10".to_owned(), "-rss_limit_mb=1024".to_owned()]);
        command.args(["-print_final_stats=1", "-verbosity=0"]);
        if target == "body" {
            command.arg(format!("-dict={}", folder.join("json.dict").display()));
        }
        process::run(&mut command)?;
    }
    Ok(())
}

/// `cargo fuzz …` with a target directory of its own: what is instrumented is not mixed with what is not.
fn fuzz(folder: &Path, task: &str) -> Result<std::process::Command, Failure> {
    let built = workspace::target()?.join("fuzz");
    let mut command = process::cargo(["fuzz", task]);
    command.arg("--fuzz-dir").arg(folder).arg("--target-dir").arg(built);
    Ok(command)
}

/// The names of the targets.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let cannot = |error| Failure::new(format!("cannot read the fuzz targets: {error}"));
    let files = fs::read_dir(folder.join("targets")).map_err(cannot)?;
    let paths: Vec<PathBuf> =
        files.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>().map_err(cannot)?;
    let mut names: Vec<String> =
        paths.iter().filter_map(|path| path.file_stem()?.to_str().map(ToOwned::to_owned)).collect();
    names.sort();
    Ok(names)
}

fn wanted(arguments: &[OsString]) -> Result<(u64, Vec<String>), Failure> {
    let mut words = arguments.iter().map(|word| word.to_string_lossy().into_owned());
    let (mut seconds, mut named) = (SMOKE, Vec::new());
    while let Some(word) = words.next() {
        if word == "--seconds" {
            let number = words.next().and_then(|text| text.parse().ok()).filter(|number| 0 < *number);
            seconds = number.ok_or_else(|| Failure::usage("`--seconds` takes a number".to_owned()))?;
        } else {
            named.push(word);
        }
    }
    Ok((seconds, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_in_the_manifest_and_has_seeds() {
        let folder = workspace::root().join("fuzz");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let targets = targets(&folder).unwrap();
        assert!(5 < targets.len(), "{targets:?}");
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
            assert!(fs::read_dir(folder.join("seeds").join(&target)).unwrap().count() != 0, "{target}");
        }
    }

    #[test]
    fn words_are_targets_and_seconds_a_number() {
        let words = |text: &str| text.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(wanted(&words("--seconds 5 jws body")).unwrap(), (5, vec!["jws".to_owned(), "body".to_owned()]));
        assert_eq!(wanted(&[]).unwrap(), (SMOKE, Vec::new()));
        assert!(wanted(&words("--seconds")).is_err() && wanted(&words("--seconds 0")).is_err());
    }
}
