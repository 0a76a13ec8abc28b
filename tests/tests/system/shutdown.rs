//! A server that is told to end, and a second one on the same file.

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
