//! Forms that no page of ours sent.

use token_console::routes;
use token_http::Verb;
use token_testkit::on_each_database;

use super::browser::{ADMIN, Browser, FORM, START, encoded, owned};
use super::calls::{ends_a_session, good};
use crate::app::App;
use crate::sign_in::browser::sign_in;

/// Header fields with which a browser, or somebody who plays one, says that the form is not of a page of `own`.
fn forgeries(own: &str) -> Vec<Vec<(&'static str, String)>> {
    let port = own.rsplit_once(':').unwrap().1.to_owned();
    let origins = [
        "null".to_owned(),
        String::new(),
        "https://evil.example".to_owned(),
        format!("{own}.evil.example"),
        format!("{own}@evil.example"),
        format!("{own}/"),
        own.replace("http://", "https://"),
        own.to_uppercase(),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{}", port.parse::<u16>().unwrap() ^ 1),
        format!("http://127.0.0.1:{port}0"),
        format!("http://localhost:{port}"),
        format!("http://[::1]:{port}"),
        format!("http://sub.127.0.0.1:{port}"),
        format!("{own}, {own}"),
    ];
    let origins = origins.into_iter().map(|origin| vec![("Origin", origin)]);
    let said = ["cross-site", "same-site", "none", "", "Same-Origin"];
    let said = said.into_iter().map(|site| vec![("Origin", own.to_owned()), ("Sec-Fetch-Site", site.to_owned())]);
    let silent = [
        Vec::new(),
        vec![("Referer", format!("{own}/sign-in"))],
        vec![("Sec-Fetch-Site", "same-origin".to_owned())],
        vec![("Origin", own.to_owned()), ("Origin", "https://evil.example".to_owned())],
        vec![("Origin", own.to_owned()), ("Origin", own.to_owned())],
    ];
    origins.chain(said).chain(silent).collect()
}

/// Somebody who may do everything; of their own where the call ends their session.
fn visitor<'a>(app: &App, ada: &'a Browser, own: &'a mut Option<Browser>, route: &str) -> &'a Browser {
    if !ends_a_session(route) {
        return ada;
    }
    app.accounts().make(route, &[ADMIN]);
    own.insert(app.visitor(route))
}

#[test]
fn p64_atk_k01_k02_k03_l11_no_form_of_another_origin_is_taken_on_any_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let _ = app.token_with(&serde_json::json!({"name": "ends", "expires_at": "2030-03-17T17:46:50Z"}));
        app.set_clock(START + 20);
        let own = app.server.address().to_owned();
        let ada = app.ada();
        for (verb, route, _) in routes().filter(|(verb, _, _)| *verb == Verb::Post) {
            let call = good(&app, verb, route);
            let mut own_person = None;
            let person = visitor(&app, &ada, &mut own_person, route);
            let body = encoded(&person.signed(&call.fields));
            let before = app.seen();
            for forged in forgeries(&own) {
                let client = person.client().with("Content-Type", FORM);
                let client = forged.iter().fold(client, |client, (name, value)| client.with(name, value));
                let answer = client.request("POST", &call.path, Some(&body));
                assert_eq!(answer.status, 403, "{route} {forged:?}: {answer:?}");
                assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{route}");
                assert!(answer.header("set-cookie").is_none() && answer.header("location").is_none(), "{answer:?}");
            }
            assert_eq!(app.seen(), before, "{route}");
            // From a page of ours it does something.
            let answer = person.post_owned(&call.path, &call.fields);
            if route == "/set-up" {
                assert_eq!(answer.status, 401, "there is a first person already");
                continue;
            }
            assert!([200, 303].contains(&answer.status), "{route}: {answer:?}");
            assert_ne!(app.seen(), before, "{route}: the forged ones would have changed something");
        }
    });
}

#[test]
fn p64_atk_k01_w11_other_media_types_are_415_on_every_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let multipart = "multipart/form-data; boundary=x";
        for (verb, route, _) in routes().filter(|(verb, _, _)| *verb == Verb::Post) {
            let call = good(&app, verb, route);
            let body = encoded(&ada.signed(&call.fields));
            let part = |(name, value): &(String, String)| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let parts = ada.signed(&call.fields).iter().map(part).collect::<Vec<_>>().concat();
            let before = app.seen();
            let own = |media: &str| {
                ada.client()
                    .with("Origin", ada.origin())
                    .with("Sec-Fetch-Site", "same-origin")
                    .with("Content-Type", media)
            };
            let json = serde_json::json!({"csrf": ada.csrf(), "do": "save"}).to_string();
            for (client, body) in [
                (own("text/plain"), body.as_str()),
                (own("text/plain"), "csrf=x\r\ndo=save"),
                (own(multipart), &format!("{parts}--x--\r\n")),
                (own("application/json"), &json),
                (own(""), &body),
                (own(&format!("{FORM}; charset=utf-7")), &body),
                (own(&format!("{FORM}, text/plain")), &body),
                (own(FORM).with("Content-Type", "text/plain"), &body),
                (own(FORM).with("Content-Encoding", "gzip"), &body),
            ] {
                let answer = client.request("POST", &call.path, Some(body));
                assert_eq!(answer.status, 415, "{route}: {client:?}: {answer:?}");
            }
            assert_eq!(app.seen(), before, "{route}");
        }
    });
}

#[test]
fn p64_atk_k05_a25_nothing_changes_by_get_or_head() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for (verb, route, _) in routes() {
            let mut call = good(&app, verb, route);
            let before = app.seen();
            call.fields.extend(owned(&[("do", "save"), ("sure", "yes"), ("_method", "POST"), ("csrf", &ada.csrf())]));
            for method in ["GET", "HEAD"] {
                for path in [&call.path, &call.as_address()] {
                    let answer = ada.page().with("X-HTTP-Method-Override", "POST").request(method, path, None);
                    assert!([200, 303, 400, 404, 405].contains(&answer.status), "{method} {path}: {answer:?}");
                    assert!(answer.header("set-cookie").is_none(), "{method} {path}: {answer:?}");
                }
            }
            assert_eq!(app.seen(), before, "{verb} {route}");
        }
        let signed_out = app.browser().client();
        assert_eq!(sign_in(&signed_out, "ada", crate::sign_in::browser::PASSWORD).status, 200);
    });
}
