//! Sessions that end while somebody fills in a form.

use token_console::routes;
use token_http::Verb;
use token_http::pages::PageNeed;
use token_testkit::{Answer, on_each_database};

use super::browser::{Browser, START, encoded, owned};
use super::calls::good;
use super::html::{Form, form, forms};
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION};

const NAME: &str = "\"><b>CI & Co</b>";

/// The session ends behind the back of its browser, which still has the cookie.
fn end_session(app: &App, browser: &Browser) {
    let twin = app.browser();
    twin.set_cookie(SESSION, &browser.secret());
    let _ = twin.sign_out();
}

/// Signs in on the page that an interrupted form was answered.
#[track_caller]
fn sign_in_on(browser: &Browser, refused: &Answer, name: &str) -> Answer {
    browser.set_cookie(SESSION, "");
    let form = form(&refused.text, "/sign-in").with("username", name).with("password", PASSWORD);
    browser.submit(&form, None)
}

fn tokens(app: &App) -> String {
    app.database.sql("SELECT count(*) FROM tokens").unwrap().trim().to_owned()
}

#[test]
fn t05_x11_atk_x01_a_form_of_an_ended_session_is_kept_and_saved_only_when_somebody_saves() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let page = ada.get("/admin/api-tokens/new?state=active").expect(200);
        let filled = form(&page.text, "/admin/api-tokens/new").with("name", NAME).with("description", "a\n&quot;b");
        let csrf = ada.csrf();
        end_session(&app, &ada);
        let before = tokens(&app);

        let refused = ada.submit(&filled, Some("save")).expect(401);
        assert_eq!(refused.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert!(refused.header("www-authenticate").is_none(), "no box of the browser's own");
        assert!(!refused.text.contains("<b>CI"), "escaped: {}", refused.text);
        assert!(!refused.text.contains(&csrf) && !refused.text.contains("name=\"csrf\""), "{}", refused.text);
        let kept = form(&refused.text, "/sign-in");
        assert!(kept.fields.iter().all(|(name, value)| !name.contains("csrf") && *value != csrf), "{kept:?}");
        assert_eq!(tokens(&app), before);

        // A slip in between loses nothing.
        let again =
            ada.post_text("/sign-in", &encoded(&form(&refused.text, "/sign-in").with("username", "ada").fields));
        let signed_in = sign_in_on(&ada, &again.expect(401), "ada").expect(200);
        assert!(!signed_in.text.contains("<b>CI") && !signed_in.text.contains(PASSWORD), "{}", signed_in.text);
        let going_on = forms(&signed_in.text).into_iter().find(|form| form.value("name").is_some()).unwrap();
        assert_eq!(going_on.action, "/admin/api-tokens/new?state=active");
        assert_ne!(going_on.value("csrf").unwrap(), csrf);
        assert_eq!(tokens(&app), before, "signing in saves nothing");
        let page = ada.submit(&going_on, None).expect(200);
        assert_eq!(tokens(&app), before, "going on saves nothing");
        let kept = form(&page.text, "/admin/api-tokens/new");
        assert_eq!((kept.value("name"), kept.value("description")), (Some(NAME), Some("a\n&quot;b")));
        let made = ada.submit(&kept, Some("save")).expect(303);
        assert!(made.header("location").unwrap().contains("done=token-created"), "{made:?}");
        assert_ne!(tokens(&app), before);
    });
}

#[test]
fn atk_x06_k08_no_password_is_kept_in_a_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let csrf = ada.csrf();
        end_session(&app, &ada);
        let secret = "a canary in the middle of a form";
        for path in ["/admin/users/new", "/account/password", "/admin/users/x"] {
            let fields = [
                ("username", "bob"),
                ("password", secret),
                ("password_current", secret),
                ("password_new", secret),
                ("password_again", secret),
                ("do", "save"),
                ("csrf", &csrf),
            ];
            let refused = ada.post_text(path, &encoded(&owned(&fields))).expect(401);
            let kept = form(&refused.text, "/sign-in");
            assert_eq!(kept.value("kept:username"), Some("bob"), "{kept:?}");
            let secrets = kept.fields.iter().filter(|(name, _)| name.contains(":password") || name.contains("csrf"));
            assert_eq!(secrets.count(), 0, "{kept:?}");
            assert!(!refused.text.contains(secret) && !refused.text.contains(&csrf), "{path}: {}", refused.text);
        }
        assert!(!app.server.log().contains("canary"));
    });
}

/// What somebody set out to do with a session that has ended is done by a press of a button that says so, not by going
/// on.
#[test]
fn t05_atk_k04_going_on_with_an_interrupted_form_changes_nothing_by_itself() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let asked = routes().filter(|(verb, _, need)| *verb == Verb::Post && **need != PageNeed::Public);
        let mut done = Vec::new();
        for (verb, route, _) in asked.filter(|(_, route, _)| *route != "/sign-out") {
            let call = good(&app, verb, route);
            let refused = ada.post_text(&call.path, &encoded(&call.fields)).expect(403);
            let going_on: Vec<Form> =
                forms(&refused.text).into_iter().filter(|form| form.action == call.path).collect();
            let before = app.seen();
            let answer = ada.submit(&going_on[0], None);
            assert!([200, 303, 422].contains(&answer.status), "{route}: {answer:?}");
            if app.seen() != before {
                done.push(route);
            }
        }
        assert!(done.is_empty(), "done without another question: {done:#?}");
    });
}

#[test]
fn atk_l10_x07_where_an_interrupted_form_goes_on_is_on_this_server() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        for path in ["//evil.example/x", "https://evil.example", "javascript:alert(1)", "/\\evil.example", "/a\r\nb"] {
            let fields = [
                ("username", "ada"),
                ("password", PASSWORD),
                ("kept_path", path),
                ("kept:name", "\"><script>alert(1)</script>"),
                ("kept:csrf", "planted"),
                ("kept:password", "planted"),
                ("kept:do", "delete"),
                ("kept:sure", "yes"),
            ];
            let answer = app.browser().post("/sign-in", &fields).expect(200);
            assert!(!answer.text.contains("evil.example") && !answer.text.contains("javascript:"), "{path}");
            assert!(!answer.text.contains("<script>alert"), "{}", answer.text);
            let going_on = form(&answer.text, "/");
            let names: Vec<&str> = going_on.fields.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["csrf", "name"], "{path}");
            assert_ne!(going_on.value("csrf"), Some("planted"));
        }
    });
}
