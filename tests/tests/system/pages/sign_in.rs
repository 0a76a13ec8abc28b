//! Signing in by the page.

use serde_json::json;
use token_testkit::{Answer, Database, on_each_database};

use super::browser::{ADMIN, START};
use super::html::form;
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION, sign_in};

/// A server behind a proxy that tells it where people are, so that nobody waits for the failures of another test.
fn behind_a_proxy(database: Database) -> App {
    let clock = database.folder().join("clock");
    std::fs::write(&clock, format!("{}", START * 1_000_000)).unwrap();
    let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.1/32");
    let app = App::with(database, program.with("TOKENWARD_CLOCK_FILE", &clock.to_string_lossy()));
    app.accounts().make("ada", &[ADMIN]);
    app
}

/// Everything a stranger sees, but for the name that was typed and the id and time of the answer.
fn seen(answer: &Answer, name: &str) -> (u16, Vec<(String, String)>, String) {
    let own = ["x-request-id", "date", "content-length"];
    let headers = answer.headers.iter().filter(|(field, _)| !own.contains(&field.as_str())).cloned();
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (answer.status, headers, answer.text.replace(&format!("value=\"{name}\""), "value=\"-\""))
}

#[test]
fn p61_atk_l01_l08_nobody_disabled_and_wrong_get_the_same_page() {
    on_each_database(|database| {
        let app = behind_a_proxy(database);
        let _ = app.user("without", &json!({}));
        let bob = app.user("bob", &json!({"password": PASSWORD}));
        let _ = app.admin.patch(&format!("/api/v1/users/{bob}"), 1, &json!({"enabled": false})).expect(200);
        let mut answers = Vec::new();
        for (number, (name, password)) in [
            ("nobody", PASSWORD),
            ("ada", "another long way"),
            ("ADA", "a long way to Tipperarx"),
            ("bob", PASSWORD),
            ("bob", "another long way"),
            ("without", PASSWORD),
            ("' OR '1'='1", "' OR '1'='1"),
            ("ada'--", PASSWORD),
            ("ada", ""),
            ("ada", &"x".repeat(1_025)),
            ("ada", &"x".repeat(60_000)),
            ("", PASSWORD),
            (&"a".repeat(65), PASSWORD),
            ("ada\u{202e}", PASSWORD),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = app.browser().from(&format!("198.51.100.{number}")).sign_in(name, password).expect(401);
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
            assert!(!answer.text.contains(password) || password.is_empty(), "no password comes back");
            let shown = name.replace('\'', "&#39;");
            // Where the name is there, the cursor waits in the field of the password.
            let (status, headers, text) = seen(&answer, &shown);
            if !name.is_empty() {
                answers.push((status, headers, text));
            }
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
        assert!(answers[0].2.contains("User name or password is wrong."));
        let ada = app.browser().from("198.51.100.200");
        assert_eq!(ada.sign_in(" Ada ", PASSWORD).expect(303).header("location"), Some("/overview"));
    });
}

#[test]
fn p62_atk_l05_after_five_failures_page_and_api_wait_together() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        let browser = app.browser();
        for number in 0..5 {
            if number % 2 == 0 {
                let _ = browser.sign_in("ada", "wrong wrong wrong").expect(401);
            } else {
                let _ = sign_in(&app.server.client(), "ADA", "wrong wrong wrong").expect(401);
            }
        }
        let waits = browser.sign_in("ada", PASSWORD).expect(429);
        let seconds: u64 = waits.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
        assert_eq!(waits.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(form(&waits.text, "/sign-in").value("username"), Some("ada"), "the form is there again");
        assert!(waits.cookie(SESSION).is_none() && !waits.text.contains(PASSWORD));
        let same = sign_in(&app.server.client(), "ada", PASSWORD).expect(429);
        assert_eq!(same.header("retry-after"), waits.header("retry-after"));
        assert_eq!(app.browser().sign_in("nobody", "x").expect(429).header("retry-after"), waits.header("retry-after"));
        app.set_clock(START + 20);
        let _ = app.browser().sign_in("ada", PASSWORD).expect(303);
    });
}

#[test]
fn atk_l15_a_password_is_read_from_the_form_alone() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        let browser = app.browser();
        let before = app.seen();
        let query = "/sign-in?username=ada&password=a+long+way+to+Tipperary";
        let page = browser.get(query).expect(200);
        assert!(!page.text.contains("Tipperary"), "{}", page.text);
        let refused = browser.post(query, &[]).expect(401);
        assert!(!refused.text.contains("Tipperary") && browser.cookie(SESSION).is_none());
        let basic = browser.page().with("Authorization", "Basic YWRhOmEgbG9uZyB3YXkgdG8gVGlwcGVyYXJ5");
        let _ = basic.request("POST", "/sign-in", Some("")).expect(401);
        let json = "{\"username\":\"ada\",\"password\":\"a long way to Tipperary\"}";
        let answer = browser.client().with("Origin", browser.origin()).request("POST", "/sign-in", Some(json));
        assert_eq!(answer.status, 415);
        assert_eq!(app.seen(), before);
        let written = [app.server.log(), app.database.dump()].concat();
        assert!(!written.contains("Tipperary"));
    });
}

#[test]
fn atk_l03_a_name_or_password_that_is_sent_twice_is_one() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        let browser = app.browser();
        let twice = [("username", "ada"), ("password", "wrong wrong wrong"), ("password", PASSWORD)];
        let _ = browser.post("/sign-in", &twice).expect(401);
        let others = [("username[]", "ada"), ("username[$gt]", ""), ("password[$gt]", ""), ("admin", "true")];
        let _ = browser.post("/sign-in", &others).expect(401);
        let _ = browser.sign_in("ada", PASSWORD).expect(303);
    });
}
