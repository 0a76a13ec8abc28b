//! What the process shows of itself: a greeting to newcomers, and nothing to its neighbours.

use std::fs::{Permissions, set_permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use token_testkit::{Database, Kind, Server};

/// Who has no rights on most systems.
const NOBODY: u32 = 65_534;

#[test]
fn the_first_start_tells_its_address_and_what_to_type_next_and_that_works() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program();
    let server = Server::start(&program, database.folder().join("first.log"));
    let log = server.log();
    let address = server.address();
    assert!(log.contains(&format!("Tokenward listens on {address}\n")), "{log}");
    let typed: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(
        typed,
        [
            "tokenward token create --name first --role admin".to_owned(),
            format!("curl -H \"Authorization: Bearer <the token>\" {address}/api/v1/whoami"),
        ]
    );
    let words: Vec<&str> = typed[0].split(' ').skip(1).collect();
    let created = program.run(&words).ok().out;
    let text = created.lines().find_map(|line| line.strip_prefix("token  ")).unwrap();
    let whoami = server.client().bearer(text).get("/api/v1/whoami").expect(200).json();
    assert_eq!(whoami["name"], "first");
    drop(server);
    let server = Server::start(&program, database.folder().join("second.log"));
    assert!(server.log().contains("Tokenward listens on") && !server.log().contains("curl"), "{}", server.log());
}

#[test]
fn the_data_folder_is_for_its_owner_alone_whoever_makes_it() {
    let database = Database::fresh(Kind::Sqlite);
    let folder = database.folder().join("made by it");
    let program = database.program().with("TOKENWARD_DATA_DIR", &folder.to_string_lossy());
    let server = Server::start(&program, database.folder().join("server.log"));
    for file in ["", "master.key"] {
        let mode = std::fs::metadata(folder.join(file)).unwrap().mode();
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }
    drop(server);
}

/// A server as somebody else than root starts it, for as long as this lives.
struct Unprivileged {
    server: Child,
    /// Holds a copy of the program, which root's own folders may hide, and the data folder.
    _folder: tempfile::TempDir,
}

impl Unprivileged {
    fn start(database: &Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let (copy, data) = (folder.path().join("tokenward"), folder.path().join("data"));
        let program = database.program().with("TOKENWARD_DATA_DIR", &data.to_string_lossy());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let original = program.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        std::fs::copy(original.get_program(), &copy).unwrap();
        std::fs::create_dir(&data).unwrap();
        let mut command = Command::new(&copy);
        command.args(original.get_args()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env_clear().envs(original.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
            command.uid(NOBODY).gid(NOBODY);
        }
        Self { server: command.spawn().unwrap(), _folder: folder }
    }
}

impl Drop for Unprivileged {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn no_core_is_dumped_and_environment_and_memory_are_for_root_alone() {
    let database = Database::fresh(Kind::Sqlite);
    let started = Unprivileged::start(&database);
    let process = format!("/proc/{}", started.server.id());
    // The files of a process that cannot be dumped belong to root, whoever started it.
    let of_root = |file: &str| std::fs::metadata(format!("{process}/{file}")).unwrap().uid() == 0;
    for _ in 0..500 {
        if of_root("environ") {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    for file in ["environ", "mem", "maps"] {
        assert!(of_root(file), "{file}");
    }
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"], "{limits}");
}
