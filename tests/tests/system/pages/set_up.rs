//! The first person, by the page.

use token_testkit::on_each_database;

use super::browser::{FORM, START, encoded, owned};
use super::html::form;
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION};

fn code(app: &App) -> String {
    std::fs::read_to_string(app.setup_file()).unwrap().trim_end().to_owned()
}

fn people(app: &App) -> String {
    app.database.sql("SELECT count(*) FROM users").unwrap().trim().to_owned()
}

#[test]
fn p60_atk_l12_the_page_takes_the_code_once() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (browser, code) = (app.browser(), code(&app));
        let page = browser.get(&format!("/set-up?code={code}")).expect(200);
        let empty = form(&page.text, "/set-up");
        assert_eq!(empty.value("code"), Some(code.as_str()), "the link holds it");
        let filled = empty.with("username", "ada").with("display_name", "Ada <L>").with("password", PASSWORD);

        let guess: String = code.chars().rev().collect();
        let refused = browser.submit(&filled.clone().with("code", &guess), None).expect(401);
        let again = form(&refused.text, "/set-up");
        assert_eq!(
            (again.value("username"), again.value("password")),
            (Some("ada"), Some("")),
            "no password comes back"
        );
        assert_eq!(again.value("display_name"), Some("Ada <L>"));
        assert!(!refused.text.contains(PASSWORD));
        let weak =
            browser.submit(&filled.clone().with("username", "").with("password", &"x".repeat(1_025)), None).expect(422);
        assert_eq!(weak.text.matches("aria-invalid=\"true\"").count(), 2, "everything wrong at once: {}", weak.text);
        assert_eq!(people(&app), "0");
        // Not from another site, and not in an address.
        let foreign = browser.client().with("Origin", "https://evil.example").with("Content-Type", FORM);
        let body = encoded(&filled.fields);
        let _ = foreign.request("POST", "/set-up", Some(&body)).expect(403);
        let in_address = format!("/set-up?{body}");
        let _ = browser.get(&in_address).expect(200);
        assert_eq!(people(&app), "0");

        let done = browser.submit(&filled, None).expect(303);
        assert_eq!(done.header("location"), Some("/sign-in?done=set-up"));
        assert!(done.cookie(SESSION).is_none(), "signing in is another step");
        let eve = filled.with("username", "eve");
        let _ = app.browser().submit(&eve, None).expect(401);
        assert_eq!(people(&app), "1");
        let _ = browser.sign_in("eve", PASSWORD).expect(401);
        let _ = browser.sign_in("ada", PASSWORD).expect(303);
        let _ = browser.get("/admin/users/new").expect(200);
        assert!(!app.server.log().contains(&code));
    });
}

#[test]
fn p60_atk_l12_of_two_who_send_the_code_at_once_one_wins() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (app, code) = (&app, code(&app));
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries = ["ada", "eve", "bob"].map(|name| {
                let fields = owned(&[("code", &code), ("username", name), ("password", PASSWORD)]);
                scope.spawn(move || app.browser().post_owned("/set-up", &fields).status)
            });
            tries.into_iter().map(|made| made.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 401, 401]);
        assert_eq!(people(app), "1");
        assert_eq!(app.events_of("user.created"), 1);
    });
}

#[test]
fn p60_atk_l12_a_code_of_yesterday_is_none_and_guesses_wait() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (browser, code) = (app.browser(), code(&app));
        let send = |code: &str| browser.post("/set-up", &[("code", code), ("username", "ada"), ("password", PASSWORD)]);
        for guess in ["", "x", &"A".repeat(43), &code.to_lowercase(), &format!("{code}A")] {
            let _ = send(guess).expect(401);
        }
        let waits = send(&code).expect(429);
        assert!(waits.header("retry-after").is_some(), "{waits:?}");
        assert_eq!(waits.header("content-type"), Some("text/html; charset=utf-8"));
        app.set_clock(START + 2 * 24 * 60 * 60);
        let _ = send(&code).expect(401);
        assert_eq!(people(&app), "0");
    });
}
