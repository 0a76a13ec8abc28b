//! Out of files.

use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use token_testkit::{Database, Kind};

use super::process::Bound;

#[test]
fn atk_d14_without_files_nobody_new_is_served_and_with_them_everybody_is() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_HEAD_TIMEOUT", "2s").with("TOKENWARD_KEEP_ALIVE", "2s");
    let created = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let text = created["token"].as_str().unwrap();
    let log = database.folder().join("server.log");
    let mut server = Bound::limited(&program, &["--nofile=64:64"], log.clone());
    assert!(std::fs::read_to_string(&log).unwrap().contains("the system allows fewer open files"));
    for round in 0..3 {
        let crowd: Vec<TcpStream> = (0..200).filter_map(|_| TcpStream::connect(server.address).ok()).collect();
        assert!(100 < crowd.len(), "the system takes them, if not the server");
        sleep(Duration::from_millis(500));
        assert!(server.child.try_wait().unwrap().is_none(), "it goes on");
        if round == 1 {
            // They need not go: their time ends.
            assert!(server.serves_within(1_500), "silent connections are closed");
        }
        drop(crowd);
        assert!(server.serves_within(1_500), "round {round}");
        assert!(server.create(text, &format!("t{round}")).is_some(), "round {round}");
    }
    drop(server);
    assert_eq!(program.run(&["token", "list", "--json"]).ok().json()["items"].as_array().unwrap().len(), 4);
    let _ = program.run(&["events", "verify"]).ok();
}
