//! What is no way in: tokens, other methods, other spellings.

use std::collections::BTreeMap;

use token_console::routes;
use token_http::Verb;
use token_http::pages::PageNeed;
use token_testkit::on_each_database;

use super::browser::{FORM, START, encoded};
use super::calls::good;
use super::routes::expected;
use crate::app::App;
use crate::sign_in::browser::SESSION;

#[test]
fn atk_b20_c22_n01_no_token_opens_a_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for (verb, route, need) in routes().filter(|(_, _, need)| **need != PageNeed::Public) {
            let call = good(&app, verb, route);
            let before = app.seen();
            let bare = app.browser().page();
            let holders = [
                bare.bearer(&app.admin_text),
                bare.with("Cookie", &format!("{SESSION}={}", app.admin_text)),
                bare.bearer(&ada.secret()),
                bare.with("X-CSRF-Token", &ada.csrf()).with("Cookie", &format!("token={}", app.admin_text)),
            ];
            let body = encoded(&ada.signed(&call.fields));
            for holder in holders {
                let body = (verb == Verb::Post).then_some(body.as_str());
                let answer = holder.request(verb.as_str(), &call.path, body);
                assert_eq!(answer.status, expected(verb, route, "nobody"), "{verb} {route} {need:?}: {answer:?}");
            }
            assert_eq!(app.seen(), before, "{verb} {route}");
        }
    });
}

#[test]
fn atk_a25_k05_n09_other_methods_are_405_and_say_which_there_are() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (nobody, ada) = (app.browser(), app.ada());
        let mut pages: BTreeMap<&str, Vec<Verb>> = BTreeMap::new();
        for (verb, route, _) in routes() {
            pages.entry(route).or_default().push(verb);
        }
        for (route, verbs) in pages {
            let allowed: Vec<&str> = verbs
                .iter()
                .flat_map(|verb| if *verb == Verb::Get { vec!["GET", "HEAD"] } else { vec!["POST"] })
                .collect();
            let path = good(&app, verbs[0], route).path;
            let before = app.seen();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
                if allowed.contains(&method) {
                    continue;
                }
                for browser in [&nobody, &ada] {
                    let asking = browser.page().with("X-HTTP-Method-Override", "POST").with("X-HTTP-Method", "GET");
                    let answer = asking.request(method, &path, (method == "POST").then_some("_method=GET"));
                    assert_eq!(answer.status, 405, "{method} {route}: {answer:?}");
                    let told: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
                    assert_eq!(told, allowed, "{method} {route}");
                    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
                }
            }
            assert_eq!(app.seen(), before, "{route}");
        }
        let _ = ada.get("/overview").expect(200);
    });
}

#[test]
fn atk_n09_head_is_get_without_its_body() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for (verb, route, _) in routes().filter(|(verb, _, _)| *verb == Verb::Get) {
            let path = good(&app, verb, route).path;
            for client in [app.browser().client(), ada.client()] {
                let (whole, head) = (client.get(&path), client.request("HEAD", &path, None));
                assert_eq!((head.status, head.text.as_str()), (whole.status, ""), "{route}");
                for name in ["content-type", "cache-control", "content-security-policy", "location"] {
                    assert_eq!(head.header(name), whole.header(name), "{route}: {name}");
                }
            }
        }
    });
}

#[test]
fn atk_w05_n09_no_other_spelling_of_an_address_is_a_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let id = app.token("t", &[]).id;
        for path in ["/admin/api-tokens".to_owned(), format!("/admin/api-tokens/{id}"), "/admin/users".to_owned()] {
            let _ = ada.get(&path).expect(200);
            for other in [
                format!("/{path}"),
                format!("{path}/"),
                path.replace("/admin", "/Admin"),
                path.replace("/admin", "/./admin"),
                path.replace("/admin/", "/admin//"),
                path.replace("/admin/", "/admin/x/../"),
                path.replace("/admin/", "/admin/.;/"),
                format!("{path};x"),
                format!("{path}%00"),
                format!("{path}%2f"),
                path.replace("/admin/", "/admin%2f"),
                path.replace("/admin/", "/admin\\"),
            ] {
                for client in [app.browser().client(), ada.client()] {
                    let Ok(answer) = client.send("GET", &other, None) else { continue };
                    let gone = [303, 400, 404].contains(&answer.status);
                    assert!(gone && !answer.text.contains(&id), "{other}: {answer:?}");
                }
            }
        }
        let anonymous = app.browser().client().with("Content-Type", FORM);
        for name in ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-User", "X-Forwarded-Host"] {
            let answer = anonymous.with(name, "/sign-in").get("/admin/users").expect(303);
            assert_eq!(answer.header("location"), Some("/sign-in?next=%2Fadmin%2Fusers"), "{name}");
        }
    });
}
