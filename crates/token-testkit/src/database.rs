//! Fresh databases: an SQLite file in a folder of its own, or a database of a running PostgreSQL server.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{Output, Program};

/// The kinds of database the product stands on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// A fresh, empty database and the settings of a program on it; gone with this value.
#[derive(Debug)]
pub struct Database {
    /// Which kind.
    pub kind: Kind,
    folder: TempDir,
    postgres: Option<(String, String)>,
}

/// Runs a test on every kind of database, each fresh.
pub fn on_each_database(test: impl Fn(Database)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        test(Database::fresh(kind));
    }
}

impl Database {
    /// A fresh database of this kind. PostgreSQL is found by `TOKENWARD_TEST_POSTGRES`, the address of a database of
    /// a throw-away server; the project's test command starts one and sets it.
    ///
    /// # Panics
    ///
    /// When there is none: nothing is skipped in silence.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn fresh(kind: Kind) -> Self {
        let folder = tempfile::Builder::new().prefix("tokenward-").tempdir().expect("a temporary folder");
        let postgres = (kind == Kind::Postgres).then(|| {
            let server = std::env::var("TOKENWARD_TEST_POSTGRES")
                .expect("TOKENWARD_TEST_POSTGRES; `cargo xtask with-postgres COMMAND` sets it");
            let unique = folder.path().file_name().expect("a name").to_string_lossy().to_lowercase();
            let name = unique.replace(|c: char| !c.is_ascii_alphanumeric(), "_") + &std::process::id().to_string();
            psql(&server, &format!("CREATE DATABASE {name}")).expect("a fresh database");
            (server, name)
        });
        let database = Self { kind, folder, postgres };
        if kind == Kind::Postgres {
            database.write_master_key();
        }
        database
    }

    /// The folder of the program's own files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of this database, as the product's settings spell it: for tests that open the store themselves.
    #[must_use]
    pub fn address(&self) -> String {
        self.url().unwrap_or_else(|| format!("sqlite://{}", self.folder.path().join("tokenward.db").display()))
    }

    /// The program on this database.
    #[must_use]
    pub fn program(&self) -> Program {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let mut settings = vec![("TOKENWARD_DATA_DIR".to_owned(), folder)];
        if let Some(url) = self.url() {
            settings.push(("TOKENWARD_DATABASE_URL".to_owned(), url));
            settings.push(("TOKENWARD_MASTER_KEY_FILE".to_owned(), self.key_path()));
        }
        Program::new(settings)
    }

    /// Runs SQL behind the program's back, and gives what it prints: rows in lines, columns split by `|`.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub fn sql(&self, statement: &str) -> Result<String, String> {
        match self.url() {
            Some(url) => psql(&url, statement),
            // The blank keeps a comment at the start from being read as an option.
            None => {
                run(Command::new("sqlite3").arg(self.folder.path().join("tokenward.db")).arg(format!(" {statement}")))
            }
        }
    }

    /// Everything in the database as text.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn dump(&self) -> String {
        let dump = match self.url() {
            Some(url) => run(Command::new("pg_dump").args(["--inserts", "--exclude-table-data=nodes"]).arg(url)),
            None => run(Command::new("sqlite3").arg(self.folder.path().join("tokenward.db")).arg(".dump")),
        };
        // A random word of each dump's own, which keeps psql from being told commands.
        let own = |line: &&str| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ");
        dump.expect("a dump").lines().filter(own).collect::<Vec<_>>().join("\n")
    }

    /// Puts everything that is in the database now into a file.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn back_up(&self, name: &str) {
        let file = self.folder.path().join(name);
        let done = match self.url() {
            Some(url) => run(Command::new("pg_dump").arg("--inserts").arg("--file").arg(file).arg(url)),
            None => self.sql(&format!("VACUUM INTO '{}'", file.display())),
        };
        let _ = done.expect("a backup");
    }

    /// Puts a backup into the place of what is in the database now, at one instant, whoever uses it.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn restore(&self, name: &str) {
        let file = self.folder.path().join(name);
        let done = if let Some(url) = self.url() {
            run(Command::new("psql")
                .args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-c", "DROP SCHEMA public CASCADE"])
                .args(["-c", "CREATE SCHEMA public", "-f"])
                .arg(file)
                .arg(url))
        } else {
            let restore = format!(".restore '{}'", file.display());
            run(Command::new("sqlite3").arg(self.folder.path().join("tokenward.db")).arg(restore))
        };
        let _ = done.expect("a restored backup");
    }

    fn url(&self) -> Option<String> {
        let (server, name) = self.postgres.as_ref()?;
        let (base, _) = server.rsplit_once('/')?;
        Some(format!("{base}/{name}"))
    }

    fn key_path(&self) -> String {
        self.folder.path().join("test-master.key").to_string_lossy().into_owned()
    }

    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    fn write_master_key(&self) {
        let mut options = fs::OpenOptions::new();
        let mut file = options.create_new(true).write(true).mode(0o600).open(self.key_path()).expect("a key file");
        // 32 bytes in base64url; a key of tests alone.
        std::io::Write::write_all(&mut file, b"dGVzdC1tYXN0ZXIta2V5LW5vdC1hLXNlY3JldC0wMDE\n").expect("a key file");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.postgres {
            let _ = psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn psql(url: &str, statement: &str) -> Result<String, String> {
    run(Command::new("psql").args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url]))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output = Output { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
    if output.code == Some(0) { Ok(output.out) } else { Err(output.err) }
}
