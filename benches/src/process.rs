//! A server in a process of its own, so that its CPU can be told from that of its client.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

/// The first argument of the process that serves; the others are the bench's own.
const SERVE: &str = "serve";

/// A running server; ends with this value.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    told: String,
}

/// What this process is asked to serve, if it is one that serves: its own arguments.
#[must_use]
pub fn asked_to_serve() -> Option<Vec<String>> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == SERVE).then(|| arguments.collect())
}

/// Serves with one worker what is registered, and tells address and `told`, until the standard input ends.
///
/// # Panics
///
/// When there is no port.
#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
pub fn serve_until_asked(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static, told: &str) {
    actix_web::rt::System::new().block_on(async {
        let app = move || App::new().configure(configure.clone());
        // Nobody is sent away for having waited while others had their turn.
        let server = HttpServer::new(app).client_request_timeout(Duration::ZERO).keep_alive(Duration::from_hours(1));
        let server = server.workers(1).bind("127.0.0.1:0").expect("a port");
        println!("{} {told}", server.addrs().first().expect("an address"));
        std::thread::spawn(|| {
            let _ = std::io::stdin().lines().count();
            std::process::exit(0);
        });
        let _ = server.disable_signals().run().await;
    });
}

#[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
impl ServerProcess {
    /// Starts this program once more, to serve with these arguments.
    ///
    /// # Panics
    ///
    /// When it does not tell where it listens.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a program"));
        command.arg(SERVE).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let (address, told) = line.trim_end_matches('\n').split_once(' ').expect("an address");
        Self { child, address: address.parse().expect("an address"), told: told.to_owned() }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it told beside its address.
    #[must_use]
    pub fn told(&self) -> &str {
        &self.told
    }

    /// CPU that its threads have used, in the kernel, too.
    ///
    /// # Panics
    ///
    /// When it has ended.
    #[must_use]
    pub fn cpu(&self) -> Duration {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("a process");
        let of = |thread: std::io::Result<std::fs::DirEntry>| {
            // A thread that has just ended has no file any more.
            let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        Duration::from_nanos(threads.filter_map(of).sum())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
