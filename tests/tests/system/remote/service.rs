//! The example services, started as their users start them.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use token_testkit::Client;

/// A running service; ends with the test, also when it fails.
pub(crate) struct Service {
    child: Child,
    address: String,
    client: Client,
    log: PathBuf,
}

/// A service that stands still; goes on when this is dropped, also when the test fails.
pub(crate) struct Paused<'a>(&'a Service);

/// Beside the server's program: `cargo build -p` with its name makes it.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join(name)
}

impl Service {
    /// Starts it, following the server at `server` with this token, and waits until it serves.
    pub(crate) fn start(server: &str, token: &str, log: PathBuf) -> Self {
        Self::try_start(server, token, log).expect("a service that serves")
    }

    /// Starts one that may end before it serves: then what it said.
    pub(crate) fn try_start(server: &str, token: &str, log: PathBuf) -> Result<Self, String> {
        Self::with(&[("TOKENWARD_URL", server), ("TOKENWARD_TOKEN", token)], log)
    }

    /// The same with these settings.
    pub(crate) fn with(settings: &[(&str, &str)], log: PathBuf) -> Result<Self, String> {
        Self::of("embedded-service", settings, log)
    }

    /// Another of the examples.
    pub(crate) fn of(name: &str, settings: &[(&str, &str)], log: PathBuf) -> Result<Self, String> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = Command::new(program(name))
            .envs(settings.iter().copied())
            .env("LISTEN", &listen)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .expect("`cargo build -p` with the name of the example makes it");
        let address = format!("http://{listen}");
        let client = Client::new(&address);
        let mut service = Self { child, address, client, log };
        for _ in 0..1_500 {
            if service.client.send("GET", "/healthz", None).is_ok_and(|answer| answer.status == 204) {
                return Ok(service);
            }
            if service.child.try_wait().unwrap().is_some() {
                return Err(format!("ended: {}", service.log()));
            }
            sleep(Duration::from_millis(20));
        }
        Err(format!("does not serve: {}", service.log()))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Where it listens, e.g. `http://127.0.0.1:4711`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Stops its process where it is, as the machine under it may.
    pub(crate) fn pause(&self) -> Paused<'_> {
        kill_process(self.process(), Signal::STOP).unwrap();
        Paused(self)
    }

    fn process(&self) -> Pid {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap()
    }

    /// Everything it printed.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it is still the process it was.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        assert!(self.child.wait().unwrap().success(), "{}", self.log());
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        let _ = kill_process(self.0.process(), Signal::CONT);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
