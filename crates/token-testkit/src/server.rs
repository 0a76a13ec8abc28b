//! The real server, started on a fresh database; ends with the test, also when it fails.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{Client, Program};

/// So much of a log is shown when a test fails.
const LAST_LINES: usize = 60;

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Server {
    /// Starts the server of `program` on a free port of 127.0.0.1 and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it is not ready within 30 seconds; its log is in the message.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn start(program: &Program, log: PathBuf) -> Self {
        Self::try_start(program, log).unwrap_or_else(|why| panic!("the server {why}"))
    }

    /// Starts a server that may end before it is ready.
    ///
    /// # Errors
    ///
    /// How it ended, and its log; also when it is not ready within 30 seconds.
    ///
    /// # Panics
    ///
    /// When there is no free port or no process can be started.
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn try_start(program: &Program, log: PathBuf) -> Result<Self, String> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = program.command(&["serve", "--listen", &listen]);
        let file = File::options().create(true).append(true).open(&log).expect("a log file");
        command.stdout(file.try_clone().expect("a log file")).stderr(file);
        let child = command.stdin(Stdio::null()).spawn().expect("the server starts");
        let mut server = Self { child, address: format!("http://{listen}"), log };
        for _ in 0..1_500 {
            if server.client().ready() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait().expect("a process of ours") {
                return Err(format!("ended with {status}: {}", server.log()));
            }
            sleep(Duration::from_millis(20));
        }
        Err(format!("is not ready: {}", server.log()))
    }

    /// A caller without credentials.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// Where it listens, e.g. `http://127.0.0.1:4711`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it printed.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, as `kill` does; [`Server::wait`] tells how it did.
    ///
    /// # Panics
    ///
    /// When it cannot be asked.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Asks it to end, as Ctrl-C does.
    ///
    /// # Panics
    ///
    /// When it cannot be asked.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    fn signal(&self, name: &str) {
        let asked = std::process::Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(asked.expect("kill is there").success());
    }

    /// Waits until it ended by itself, at most 30 seconds; gives its exit code, `None` after a signal.
    ///
    /// # Panics
    ///
    /// When it is still running.
    #[expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
    pub fn wait(&mut self) -> Option<i32> {
        for _ in 0..1_500 {
            if let Some(status) = self.child.try_wait().expect("a process of ours") {
                return status.code();
            }
            sleep(Duration::from_millis(20));
        }
        panic!("the server still runs: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
            eprintln!("the server at {} said at last:\n{}", self.address, last.join("\n"));
        }
    }
}
