//! What stands at the head of each crate.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The head of a crate's first file: the lines of its own documentation.
fn head(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    lines.map(|line| line.trim_start_matches("//!").trim()).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_crate_says_what_it_is_and_what_it_refuses_to_know() {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src/lib.rs"));
    for file in crates.chain([root().join("bins/tokenward/src/main.rs")]) {
        let head = head(&file).to_lowercase();
        assert!(head.contains("refuses to know"), "{}: {head}", file.display());
    }
}

#[test]
fn both_databases_have_the_same_migrations_with_their_way_back() {
    let names = |kind: &str| {
        let folder = root().join("migrations").join(kind);
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                assert!(entry.path().join("up.sql").is_file() && entry.path().join("down.sql").is_file());
                entry.file_name().into_string().unwrap()
            })
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert_ne!(names("sqlite"), Vec::<String>::new());
}
