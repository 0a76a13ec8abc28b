//! The documents name only tests that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Names of all functions and of all tests in the browser below a folder.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "mjs") {
            // Tests in the browser: `eachDatabase('name', …)`.
            let text = fs::read_to_string(&path).unwrap();
            let name = |line: &str| {
                let rest = line.strip_prefix("eachDatabase('").or_else(|| line.strip_prefix("test('"))?;
                rest.split('\'').next().map(ToOwned::to_owned)
            };
            names.extend(text.lines().filter_map(name));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let name = |line: &str| {
                let rest = line.trim_start().trim_start_matches("async ").strip_prefix("fn ")?;
                rest.split(|c: char| c != '_' && !c.is_alphanumeric()).next().map(ToOwned::to_owned)
            };
            names.extend(text.lines().filter_map(name));
        }
    }
}

/// What the last column of a table's rows names in backticks, as far as it is longer than a word or two.
fn cited(document: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs").join(document)).unwrap();
    let last = |line: &str| line.trim_end().trim_end_matches('|').rsplit_once('|').map(|(_, last)| last.to_owned());
    let rows = text.lines().filter(|line| line.starts_with("| ")).filter_map(last);
    let names = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect::<Vec<_>>());
    names
        .filter(|name| 1 < name.matches('_').count() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()))
        .collect()
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let mut known = BTreeSet::new();
    for folder in ["crates", "bins", "examples", "tests"] {
        functions(&root().join(folder), &mut known);
    }
    for document in ["behaviours.md", "promises.md", "attacks.md"] {
        let cited = cited(document);
        assert!(20 < cited.len(), "{document} names tests: {}", cited.len());
        let missing: Vec<&String> = cited.difference(&known).collect();
        assert_eq!(missing, Vec::<&String>::new(), "{document}");
    }
}
