//! A PostgreSQL server of one test alone, which it may stop and start.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use token_testkit::Program;

use crate::nodes::until;

/// `$@` is the server. It ends at once, as in a crash, when nobody holds the other end of the pipe any more.
pub(crate) const WATCH_DOG: &str = r#"
"$@" >>"$LOG" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
"#;

/// See the module.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl Postgres {
    /// A fresh one, which runs.
    pub(crate) fn start_fresh() -> Self {
        let folder = tempfile::Builder::new().prefix("tokenward-").tempdir().unwrap();
        let programs = programs();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, programs, port, running: None };
        let data = server.data();
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(server.folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = owner() {
            std::os::unix::fs::chown(&data, Some(uid), Some(gid)).unwrap();
        }
        let mut initdb = server.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        assert!(initdb.arg(&data).stdout(Stdio::null()).status().unwrap().success());
        let key = std::fs::File::options().create_new(true).write(true).open(server.key_file()).unwrap();
        key.set_permissions(std::fs::Permissions::from_mode(0o600)).unwrap();
        std::io::Write::write_all(&mut &key, b"dGVzdC1tYXN0ZXIta2V5LW5vdC1hLXNlY3JldC0wMDE\n").unwrap();
        server.start();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The program with the master key of this installation.
    pub(crate) fn program(&self) -> Program {
        Program::new(vec![("TOKENWARD_MASTER_KEY_FILE".to_owned(), self.key_file().to_string_lossy().into_owned())])
    }

    /// Ends the server as a crash does. What it confirmed is in its log.
    pub(crate) fn stop(&mut self) {
        if let Some(mut watch_dog) = self.running.take() {
            drop(watch_dog.stdin.take());
            let _ = watch_dog.wait();
        }
    }

    /// Starts it again, and waits until it answers.
    pub(crate) fn start(&mut self) {
        let data = self.data();
        // The end of a crashed server may leave this behind.
        let _ = std::fs::remove_file(data.join("postmaster.pid"));
        let mut watch_dog = self.command("sh");
        watch_dog
            .args(["-c", WATCH_DOG, "sh"])
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &self.port.to_string()])
            // It crashes here, the machine does not.
            .args(["-c", "fsync=off", "-c", "max_connections=200", "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .env("LOG", data.join("server.log"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        self.running = Some(watch_dog.spawn().unwrap());
        until("PostgreSQL answers", || {
            let asked = Command::new("psql").args(["-X", "-q", "-c", "SELECT 1", &self.url()]).output();
            std::thread::sleep(Duration::from_millis(40));
            asked.is_ok_and(|asked| asked.status.success())
        });
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("test-master.key")
    }

    /// One of PostgreSQL's programs, as the user that may run them, and in a folder that every user may be in.
    fn command(&self, name: &str) -> Command {
        let own = self.programs.join(name);
        let mut command = Command::new(if own.is_file() { own } else { PathBuf::from(name) });
        if let Some((uid, gid)) = owner() {
            command.uid(uid).gid(gid);
        }
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The newest of Debian's, or where `pg_config` says they are.
pub(crate) fn programs() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = folders.map(|folder| folder.path().join("bin")).filter(|bin| bin.join("initdb").is_file());
    let number = |bin: &PathBuf| bin.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    debian.max_by_key(number).unwrap_or_else(|| {
        let said = Command::new("pg_config").arg("--bindir").output().expect("PostgreSQL is installed");
        PathBuf::from(String::from_utf8_lossy(&said.stdout).trim())
    })
}

/// Whom PostgreSQL runs as where this process is root, which it refuses to be.
pub(crate) fn owner() -> Option<(u32, u32)> {
    if !rustix::process::getuid().is_root() {
        return None;
    }
    let id = |what: &str, user: &str| {
        let said = Command::new("id").args([what, user]).output().ok()?;
        String::from_utf8_lossy(&said.stdout).trim().parse().ok()
    };
    ["postgres", "nobody"].into_iter().find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
}
