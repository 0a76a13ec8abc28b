//! The program under test: found, run, and its answers read.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The real binary, with the settings of one database.
#[derive(Clone, Debug)]
pub struct Program {
    settings: Vec<(String, String)>,
    through: Vec<String>,
}

/// What one run of the command line said.
#[derive(Debug)]
pub struct Output {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Output {
    fn of(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, if the run succeeded.
    ///
    /// # Panics
    ///
    /// When it did not.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

impl Program {
    /// The program with these settings, by their names in the environment.
    #[must_use]
    pub fn new(settings: Vec<(String, String)>) -> Self {
        Self { settings, through: Vec::new() }
    }

    /// The same, started by another program that is told the program and its arguments at the end of its own, and
    /// becomes it: `sh -c 'ulimit -n 64; exec "$@"' sh`.
    #[must_use]
    pub fn through(mut self, words: &[&str]) -> Self {
        self.through = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The same with one more setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without this setting.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self
    }

    /// A command that is not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.through.iter().map(PathBuf::from).chain([path()]);
        let mut command = Command::new(words.next().unwrap_or_else(path));
        command.args(words);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for name in inherited.filter(|name| name.to_string_lossy().starts_with("TOKENWARD_")) {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value))).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs one command of the command line to its end.
    ///
    /// # Panics
    ///
    /// When the program cannot be started.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().expect("the program starts; `cargo build -p tokenward` makes it");
        Output::of(&output)
    }

    /// The same with this on its standard input, of which it may leave a rest unread.
    ///
    /// # Panics
    ///
    /// When the program cannot be started, or ends in no good order.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts; `cargo build -p tokenward` makes it");
        let mut pipe = child.stdin.take().expect("a pipe");
        let _ = pipe.write_all(input);
        drop(pipe);
        Output::of(&child.wait_with_output().expect("it ends"))
    }
}

/// Beside the test's own executable, two folders up: `target/debug/tokenward`.
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
fn path() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("tests run in target/<profile>/deps");
    folder.join("tokenward")
}
