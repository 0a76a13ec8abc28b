//! Completions and manual pages name every command there is.

use std::io::Write as _;
use std::process::{Command, Stdio};

use token_testkit::Program;

fn program() -> Program {
    // Neither needs settings, not even good ones.
    Program::new(vec![("TOKENWARD_LISTEN".to_owned(), "nowhere".to_owned())])
}

/// Every command with its parents, as the help of the program lists them.
fn commands(path: &[&str]) -> Vec<Vec<String>> {
    let help = program().run(&[path, &["--help"]].concat()).ok().out;
    let listed = help.split("Commands:").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names
        .flat_map(|name| {
            let whole = [path, &[name]].concat();
            let own = vec![whole.iter().map(|word| (*word).to_owned()).collect()];
            own.into_iter().chain(commands(&whole))
        })
        .collect()
}

#[test]
fn completions_name_every_command_and_bash_reads_them() {
    let commands = commands(&[]);
    assert!(20 < commands.len(), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = program().run(&["completions", shell]).ok().out;
        for name in commands.iter().filter_map(|command| command.last()) {
            assert!(script.contains(name.as_str()), "{shell}: {name}");
        }
    }
    let script = program().run(&["completions", "bash"]).ok().out;
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().expect("bash is there");
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
    assert_eq!(program().run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn every_command_has_its_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("man1");
    let _ = program().run(&["man", "--dir", place.to_str().unwrap()]).ok();
    for command in commands(&[]) {
        let page = std::fs::read_to_string(place.join(format!("tokenward-{}.1", command.join("-")))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{command:?}");
    }
    let page = program().run(&["man"]).ok().out;
    assert!(page.contains(".TH tokenward 1") && page.contains(".SH SUBCOMMANDS"), "{page}");
    let taken = folder.path().join("a file");
    std::fs::write(&taken, "").unwrap();
    let told = program().run(&["man", "--dir", taken.to_str().unwrap()]);
    assert!(told.code == Some(1) && told.err.contains("could not be written"), "{told:?}");
}
