//! The token of a session in the forms of that session.

use token_console::routes;
use token_http::Verb;
use token_http::pages::PageNeed;
use token_testkit::on_each_database;

use super::browser::{START, encoded, owned};
use super::calls::good;
use super::html::{addresses, form};
use crate::app::App;

#[test]
fn p64_atk_k04_every_form_needs_the_token_of_its_session_once_and_in_its_body() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let earlier = app.ada();
        let yesterday = earlier.csrf();
        let _ = earlier.sign_out();
        let (ada, bob) = (app.visitor("ada"), app.somebody("bob", &[]));
        let good_one = ada.csrf();
        let (cut, longer) = (&good_one[..good_one.len() - 1], format!("{good_one}A"));
        let swapped: String = good_one.chars().rev().collect();
        let bad: Vec<Vec<&str>> = vec![
            vec![],
            vec![""],
            vec![" "],
            vec!["x"],
            vec![cut],
            vec![&longer],
            vec![&swapped],
            vec![&good_one, &good_one],
            vec!["", &good_one],
            vec![&good_one, "x"],
        ];
        let (secret, foreign) = (ada.secret(), bob.csrf());
        let others = [yesterday.as_str(), &foreign, &secret, &app.admin_text];
        let bad: Vec<Vec<&str>> = bad.into_iter().chain(others.map(|other| vec![other])).collect();
        let session = routes().filter(|(verb, _, need)| *verb == Verb::Post && **need != PageNeed::Public);
        for (verb, route, _) in session {
            let call = good(&app, verb, route);
            let before = app.seen();
            for tokens in &bad {
                let pairs: Vec<(&str, &str)> = tokens.iter().map(|token| ("csrf", *token)).collect();
                let fields: Vec<_> = call.fields.iter().cloned().chain(owned(&pairs)).collect();
                let answer = ada.post_text(&call.path, &encoded(&fields)).expect(403);
                assert!(!answer.text.contains(&yesterday) && !answer.text.contains(&foreign), "no echo: {route}");
            }
            let body = encoded(&call.fields);
            let header = ada.page().with("X-CSRF-Token", &good_one).with("Csrf", &good_one);
            let _ = header.request("POST", &call.path, Some(&body)).expect(403);
            let _ = ada.post_text(&format!("{}?csrf={good_one}", call.path), &body).expect(403);
            let named = body.clone() + if body.is_empty() { "CSRF=" } else { "&CSRF=" } + &good_one;
            let _ = ada.post_text(&call.path, &named).expect(403);
            assert_eq!(app.seen(), before, "{route}");
        }
        let _ = ada.get("/overview").expect(200);
    });
}

#[test]
fn atk_k04_k08_the_token_stands_in_forms_alone_and_fits_its_session_alone() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (ada, again) = (app.ada(), app.visitor("ada"));
        assert_ne!(ada.csrf(), again.csrf(), "two sessions of one person");
        let token = ada.csrf();
        for (verb, route, _) in routes().filter(|(verb, _, _)| *verb == Verb::Get) {
            let page = ada.get(&good(&app, verb, route).path);
            assert!(addresses(&page.text).iter().all(|address| !address.contains(&token)), "{route}");
            assert!(page.headers.iter().all(|(_, value)| !value.contains(&token)), "{route}: {page:?}");
            let shown = page.text.matches(&token).count();
            let hidden = page.text.matches(&format!("<input type=\"hidden\" name=\"csrf\" value=\"{token}\">")).count();
            assert_eq!(shown, hidden, "{route}");
        }
        // The page that a form with a wrong token is answered has the good one, and that goes on.
        let refused = ada.post_text("/admin/roles/new", "name=kept&do=save&csrf=x").expect(403);
        let going_on = form(&refused.text, "/admin/roles/new");
        assert_eq!((going_on.value("csrf"), going_on.value("name")), (Some(token.as_str()), Some("kept")));
        let page = ada.submit(&going_on, None).expect(200);
        assert_eq!(form(&page.text, "/admin/roles/new").value("name"), Some("kept"));
    });
}
