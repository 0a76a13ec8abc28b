//! One throw-away PostgreSQL cluster for the length of a task.
//!
//! The server ends with this process whatever happens to it: a watch-dog shell holds the other
//! end of a pipe, and when the pipe closes, be it by SIGKILL, it ends the server and removes its
//! files. The cluster is fast and forgetful; tests that crash a server start their own.

mod folder;
mod owner;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::failure::Failure;
use crate::process;

use folder::Folder;
use owner::Owner;

/// The variable that tells tests where the cluster is: the URL of a database they may not use up,
/// and in which they create their own.
pub(crate) const URL_VARIABLE: &str = "TOKENWARD_TEST_POSTGRES";

/// Durability is what these tests do not test, and it costs most of their time.
/// Every test has its own database and pool, hence the number of connections. There is no socket,
/// because the path of one has to fit into 107 bytes and temporary folders can have long names.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
];

/// `$0` is the folder, `$@` the server. QUIT ends a server at once, with no regard for clients.
const WATCH_DOG: &str = r#"
"$@" >"$0/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$0"
"#;

const STARTS: usize = 3;
const READY_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running server; dropping it ends the server and removes its files.
#[derive(Debug)]
pub(crate) struct Cluster {
    watch_dog: Child,
    folder: Folder,
    port: u16,
}

/// `cargo xtask with-postgres`: runs one command beside a cluster.
///
/// # Errors
///
/// There is no command or no PostgreSQL, or the command fails.
pub(crate) fn beside(command: &[OsString]) -> Result<(), Failure> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Failure::usage("which command should run beside PostgreSQL?"))?;
    let cluster = Cluster::start()?;
    let mut command = Command::new(program);
    command.args(arguments).env(URL_VARIABLE, cluster.url());
    process::forget_this_package(&mut command);
    process::run(&mut command)
}

/// The folder of PostgreSQL's programs: the newest of Debian's, or where the search path has them.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    debian.sort();
    let on_path = process::find("initdb").and_then(|file| file.parent().map(Path::to_path_buf));
    debian
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .chain(on_path)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

impl Cluster {
    /// Starts a cluster and waits until it answers.
    ///
    /// # Errors
    ///
    /// PostgreSQL is not installed, or does not start; then its own words are part of the text.
    pub(crate) fn start() -> Result<Self, Failure> {
        let programs = programs().ok_or_else(|| Failure::new("PostgreSQL is not installed"))?;
        let owner = Owner::find()?;
        let mut result = Self::try_start(&programs, owner);
        // Between finding a free port and using it another process may take it.
        for _ in 1..STARTS {
            if result.is_ok() {
                break;
            }
            result = Self::try_start(&programs, owner);
        }
        result
    }

    fn try_start(programs: &Path, owner: Option<Owner>) -> Result<Self, Failure> {
        let folder = Folder::create(owner).map_err(cannot("make a folder for PostgreSQL"))?;
        let data = folder.path().join("data");

        let mut initdb = Command::new(programs.join("initdb"));
        initdb
            // Anyone on this machine may connect: there is nothing in it but what tests put there.
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--no-instructions", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null());
        process::run(owner::apply(owner, &mut initdb))?;

        let port = free_port().map_err(cannot("find a free port"))?;
        let mut watch_dog = Command::new("/bin/sh");
        watch_dog
            .args(["-c", WATCH_DOG])
            .arg(folder.path())
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for us; the watch-dog must outlive us to clean up.
            .process_group(0);
        let watch_dog = owner::apply(owner, &mut watch_dog).spawn().map_err(cannot("start PostgreSQL"))?;

        let cluster = Self { watch_dog, folder, port };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The URL of the superuser's own database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&self) -> Result<(), Failure> {
        let mut waited = Duration::ZERO;
        loop {
            // The eighth line of this file is the server's own word for its state.
            let state = fs::read_to_string(self.folder.path().join("data/postmaster.pid"));
            let state = state.unwrap_or_default();
            if state.lines().nth(7).map(str::trim_end) == Some("ready") {
                return Ok(());
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            if log.contains("FATAL") || READY_WITHIN <= waited {
                return Err(Failure::new(format!("PostgreSQL does not start:\n{log}")));
            }
            sleep(LOOK_EVERY);
            waited += LOOK_EVERY;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The watch-dog reads the end of the pipe and does the rest.
        drop(self.watch_dog.stdin.take());
        let _ = self.watch_dog.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn cannot(what: &str) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::new(format!("cannot {what}: {error}"))
}
