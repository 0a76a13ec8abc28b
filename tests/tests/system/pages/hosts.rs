//! Names of strangers that lead here.

use token_console::routes;
use token_testkit::{Answer, on_each_database};

use super::browser::START;
use super::calls::good;
use crate::app::App;
use crate::sign_in::browser::SESSION;

fn ask(app: &App, line: &str, fields: &str) -> Vec<Answer> {
    let request = format!("{line} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n");
    token_testkit::exchange(app.server.address(), request.as_bytes())
}

#[test]
fn atk_k13_w04_no_page_answers_to_a_name_that_is_not_ours() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let own = ada.origin().trim_start_matches("http://").to_owned();
        let port = own.rsplit_once(':').unwrap().1.to_owned();
        let cookie = format!("Cookie: {SESSION}={}\r\nOrigin: {}\r\n", ada.secret(), ada.origin());
        for (verb, route, _) in routes() {
            let path = good(&app, verb, route).path;
            let before = app.seen();
            let length = if verb.as_str() == "POST" { "Content-Length: 0\r\n" } else { "" };
            let rest = format!("{cookie}{length}");
            for host in ["evil.example", &format!("evil.example:{port}"), &format!("127.0.0.1.evil.example:{port}")] {
                for answer in [
                    ask(&app, &format!("{verb} {path}"), &format!("Host: {host}\r\n{rest}")),
                    ask(&app, &format!("{verb} http://{host}{path}"), &format!("Host: {own}\r\n{rest}")),
                ] {
                    assert_eq!(answer[0].status, 421, "{verb} {path} at {host}: {answer:?}");
                    assert_eq!(answer[0].header("content-type"), Some("text/html; charset=utf-8"), "{route}");
                    assert!(!answer[0].text.contains("evil.example"), "{}", answer[0].text);
                }
            }
            assert_eq!(app.seen(), before, "{route}");
        }
        let _ = ada.get("/overview").expect(200);
    });
}

#[test]
fn atk_k13_w04_w07_a_request_has_one_name_and_no_field_gives_it_another() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let own = ada.origin().trim_start_matches("http://").to_owned();
        let port = own.rsplit_once(':').unwrap().1.to_owned();
        let cookie = format!("Cookie: {SESSION}={}\r\n", ada.secret());
        let line = "GET /overview";
        for hosts in [
            String::new(),
            format!("Host: {own}\r\nHost: evil.example\r\n"),
            format!("Host: {own}\r\nHost: {own}\r\n"),
            "Host: \r\n".to_owned(),
            format!("Host: x@{own}\r\n"),
            format!("Host: {own}/overview\r\n"),
            format!("Host: {own}\0\r\n"),
            format!("Host: localhost\r\nX-Forwarded-Host: {own}\r\n"),
        ] {
            let answers = ask(&app, line, &format!("{hosts}{cookie}"));
            assert!([400, 421].contains(&answers[0].status), "{hosts:?}: {answers:?}");
        }
        for name in [own.clone(), format!("localhost:{port}"), format!("LocalHost:{port}"), format!("[::1]:{port}")] {
            let answers = ask(&app, line, &format!("Host: {name}\r\nX-Forwarded-Host: evil.example\r\n{cookie}"));
            assert_eq!(answers[0].status, 200, "{name}: {answers:?}");
            assert!(!answers[0].text.contains("evil.example"), "{name}");
        }
    });
}
