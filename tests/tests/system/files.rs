//! Files and paths: none is served, none is taken from a request, and odd ones in the place of ours are refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use token_testkit::{Database, Kind, Server, exchange, on_each_database};

use crate::app::App;

#[test]
fn atk_f01_f02_no_path_leads_to_a_file() {
    on_each_database(|database| {
        let app = App::start(database);
        let secret = fs::read_to_string(app.key_file()).unwrap();
        for path in [
            "/../master.key",
            "/..%2fmaster.key",
            "/%2e%2e/master.key",
            "/%252e%252e/master.key",
            "/..\\master.key",
            "/..%5cmaster.key",
            "/static/../../master.key",
            "/static//etc/passwd",
            "//etc/passwd",
            "/etc/passwd",
            "/master.key",
            "/master.key.next",
            "/tokenward.db",
            "/tokenward.db-wal",
            "/tokenward.toml",
            "/server.lock",
            "/.git/config",
            "/.env",
            "/app.js.map",
            "/static/master.key%00.css",
            "/api/v1/keys/..%2f..%2fmaster.key/withdraw",
            "/problems/..%2f..%2fmaster.key",
        ] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
                app.admin_text
            );
            for answer in exchange(app.server.address(), request.as_bytes()) {
                assert!([400, 404, 405].contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
                assert!(!answer.text.contains(secret.trim()) && !answer.text.contains("root:"), "{path}");
            }
        }
    });
}

#[test]
fn f03_a_pipe_or_a_text_of_another_tool_in_the_place_of_the_master_key_is_refused_at_once() {
    on_each_database(|database| {
        let mut app = App::start(database);
        app.server.kill();
        let file = app.key_file();
        let good = fs::read_to_string(&file).unwrap();
        let refused = |why: &str| {
            let output = app.program.run(&["token", "list"]);
            assert_eq!(output.code, Some(1), "{why}: {}", output.out);
            assert!(!output.err.contains(good.trim()), "{why}: {}", output.err);
            output.err
        };
        let write = |text: &str| {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        };
        write(&format!("\u{feff}{good}"));
        let _ = refused("a byte-order mark");
        write(&format!("{}\r\n", good.trim()));
        let _ = app.program.run(&["token", "list"]).ok();
        fs::remove_file(&file).unwrap();
        assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&file).status().unwrap().success());
        assert!(refused("a pipe").contains("not a regular file"));
        fs::remove_file(&file).unwrap();
        // A gigabyte that takes no room.
        let sparse = fs::File::create(&file).unwrap();
        sparse.set_len(1 << 30).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert!(refused("a gigabyte").contains("larger than"));
    });
}

#[test]
fn f05_a_lock_that_is_a_link_or_no_file_leads_nowhere() {
    let database = Database::fresh(Kind::Sqlite);
    let elsewhere = database.folder().join("elsewhere");
    fs::write(&elsewhere, "precious").unwrap();
    let lock = database.folder().join("server.lock");
    symlink(&elsewhere, &lock).unwrap();
    let log = database.folder().join("server.log");
    // Whether it starts or not: nothing is written through the link.
    let server = Server::try_start(&database.program(), log.clone());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "precious");
    drop(server);
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let refused = Server::try_start(&database.program(), log).expect_err("a folder is no lock");
    assert!(refused.contains("cannot be used"), "{refused}");
}
