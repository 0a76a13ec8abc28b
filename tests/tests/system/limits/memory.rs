//! Out of memory.

use std::io::Write as _;
use std::net::TcpStream;

use token_testkit::{Database, Kind};

use super::process::{Bound, kilobytes};

#[test]
fn atk_d15_without_memory_a_request_or_the_process_fails_and_nothing_acknowledged_is_lost() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_MAX_BODY", "16777216").with("TOKENWARD_WORKERS", "2");
    let created = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let text = created["token"].as_str().unwrap();
    let log = database.folder().join("server.log");
    let needed = {
        let roomy = Bound::limited(&program, &["--as=unlimited"], log.clone());
        kilobytes(roomy.child.id(), "VmPeak")
    };
    // What it needs to start, its threads, and a few of the bodies that come.
    let room = format!("--as={}", (needed + 200 * 1_024) * 1_024);
    let mut server = Bound::limited(&program, &[&room], log.clone());
    let mut acknowledged = Vec::new();
    acknowledged.extend(server.create(text, "before"));
    assert_eq!(acknowledged.len(), 1, "it works under the limit");
    let body = vec![b' '; 15 << 20];
    let mut held = Vec::new();
    for number in 0..40 {
        let Ok(mut stream) = TcpStream::connect(server.address) else { break };
        let head = format!(
            "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n\
             Content-Type: application/json\r\nContent-Length: 16777216\r\n\r\n"
        );
        stream.set_write_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        held.push(stream);
        acknowledged.extend(server.create(text, &format!("t{number}")));
        if sent.is_err() || server.child.try_wait().unwrap().is_some() {
            break;
        }
    }
    let ended = server.child.try_wait().unwrap();
    assert!(ended.is_some() || held.len() < 40 || server.serves_within(10), "neither fails nor serves");
    drop((held, server));
    let server = Bound::limited(&program, &["--as=unlimited"], log);
    for id in &acknowledged {
        let _ = program.run(&["token", "show", id]).ok();
    }
    assert!(server.serves_within(1));
    let _ = program.run(&["events", "verify"]).ok();
    println!("{} acknowledged before {ended:?}", acknowledged.len());
}
