//! A server that is told to end, and a second one on the same file.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use crate::app::App;

#[test]
fn p71_told_to_end_it_finishes_its_calls_and_loses_nothing() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let acknowledged = std::thread::scope(|scope| {
            let admin = app.admin.clone();
            let (first, begun) = std::sync::mpsc::channel();
            let worker = scope.spawn(move || {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let body = json!({"name": format!("t{n}"), "roles": []}).to_string();
                    match admin.send("POST", "/api/v1/tokens", Some(&body)) {
                        Ok(answer) if answer.status == 201 => acknowledged.push(answer.json()["id"].clone()),
                        Ok(answer) => panic!("half an answer: {answer:?}"),
                        Err(_) => break,
                    }
                    let _ = first.send(());
                }
                acknowledged
            });
            begun.recv().expect("a first answer");
            app.server.terminate();
            worker.join().expect("the worker ends with the server")
        });
        assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
        for id in acknowledged {
            let _ = app.program.run(&["token", "show", id.as_str().unwrap()]).ok();
        }
        let _ = app.program.run(&["events", "verify"]).ok();
    });
}

#[test]
fn a_second_server_on_the_same_file_is_refused_and_the_first_goes_on() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    let log = app.database.folder().join("second.log");
    let refused = Server::try_start(&app.program, log).expect_err("one server at a time");
    assert!(refused.contains("another server runs on"), "{refused}");
    let _ = app.admin.get("/api/v1/whoami").expect(200);
}

#[test]
fn a_second_server_may_start_once_the_first_was_killed() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    app.server.kill();
    let second = Server::start(&app.program, app.database.folder().join("second.log"));
    let _ = second.client().bearer(&app.admin_text).get("/api/v1/whoami").expect(200);
}

const BODY: &str = "{\"name\": \"late\"}";

/// A call whose body has begun to arrive: the server waits for the rest.
fn half_a_call(app: &App) -> TcpStream {
    let mut stream = TcpStream::connect(app.server.address().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        app.admin_text,
        BODY.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: from here on the call is in its hands.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&asked));
    stream
}

/// New connections are refused, or closed without an answer.
fn takes_no_more_calls(app: &App) -> bool {
    (0..500).any(|_| {
        sleep(Duration::from_millis(10));
        app.server.client().send("GET", "/healthz", None).is_err()
    })
}

#[test]
fn p71_asked_by_ctrl_c_it_finishes_the_call_that_is_half_here() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let mut call = half_a_call(&app);
        app.server.interrupt();
        assert!(takes_no_more_calls(&app));
        call.write_all(BODY.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = call.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
    });
}

#[test]
fn p71_asked_twice_it_ends_at_once() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    let _call = half_a_call(&app);
    app.server.terminate();
    assert!(takes_no_more_calls(&app));
    app.server.terminate();
    assert_eq!(app.server.wait(), Some(1), "{}", app.server.log());
    assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
}
