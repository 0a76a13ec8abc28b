//! Header fields that browsers heed.

use token_console::routes;
use token_http::Verb;
use token_testkit::{Answer, Client, on_each_database};

use super::browser::{FORM, START};
use super::calls::{asset, ends_a_session, good};
use super::html::{addresses, inline};
use crate::app::App;
use crate::sign_in::browser::PASSWORD;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

#[track_caller]
fn ensure_fields(answer: &Answer, kept: &str, what: &str) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", kept),
    ] {
        let given: Vec<&str> =
            answer.headers.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(given, [value], "{name} of {what}: {answer:?}");
    }
    for name in ["server", "x-powered-by", "etag", "last-modified", "www-authenticate", "refresh"] {
        assert_eq!(answer.header(name), None, "{name} of {what}");
    }
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{what}: {answer:?}");
    assert!(answer.header("x-request-id").is_some(), "{what}");
}

#[test]
fn atk_o05_o06_k11_every_page_and_every_file_has_the_fields_that_browsers_heed() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for (verb, route, _) in routes().filter(|(_, route, _)| !ends_a_session(route)) {
            let call = good(&app, verb, route);
            let kept = if route.starts_with("/assets") { "public, max-age=31536000, immutable" } else { "no-store" };
            for browser in [&app.browser(), &ada] {
                let answer = match verb {
                    Verb::Post => browser.post_owned(&call.path, &call.fields),
                    _ => browser.get(&call.path),
                };
                ensure_fields(&answer, kept, &format!("{verb} {route}"));
                let html = answer.header("content-type") == Some("text/html; charset=utf-8");
                assert!(!html || inline(&answer.text).is_empty(), "{route}: {:?}", inline(&answer.text));
            }
        }
        for file in addresses(&ada.get("/overview").text).iter().filter(|address| address.starts_with("/assets/")) {
            let answer = ada.client().get(file).expect(200);
            ensure_fields(&answer, "public, max-age=31536000, immutable", file);
            let media = answer.header("content-type").unwrap();
            let expected = ["text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml"];
            assert!(expected.contains(&media) && answer.header("set-cookie").is_none(), "{file}: {media}");
        }
    });
}

#[test]
fn atk_o05_x07_errors_have_them_too() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (ada, bob) = (app.ada(), app.somebody("bob", &[]));
        let big = "x".repeat(70_000);
        let form = |client: Client, body: &str| client.request("POST", "/admin/roles/new", Some(body));
        let evil = ada.client().with("Content-Type", FORM).with("Origin", "https://evil.example");
        let file = asset(&app);
        for (answer, status) in [
            (ada.get("/admin/roles?x=1"), 400),
            (ada.post_text("/admin/roles/new", "name=%"), 400),
            (form(app.browser().page(), "name=x"), 401),
            (app.browser().sign_in("ada", "wrong wrong wrong"), 401),
            (bob.get("/admin/roles"), 403),
            (form(evil, "name=x"), 403),
            (ada.get("/admin/nowhere"), 404),
            (ada.get("/admin/roles/x"), 404),
            (ada.client().get("/assets/x/app.css"), 404),
            (ada.client().get(&file.replace("app.css", "..%2fapp.css")), 404),
            (ada.client().request("DELETE", "/overview", None), 405),
            (ada.post_text("/admin/roles/new", &big), 413),
            (form(ada.client().with("Origin", ada.origin()).with("Content-Type", "text/plain"), "name=x"), 415),
        ] {
            assert_eq!(answer.status, status, "{answer:?}");
            ensure_fields(&answer, "no-store", &status.to_string());
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{status}");
            assert_eq!(inline(&answer.text), Vec::<String>::new());
        }
    });
}

#[test]
fn atk_o01_o02_no_page_lets_another_origin_in() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let own = ada.origin().to_owned();
        for origin in ["https://evil.example", "null", &format!("{own}.evil.example"), &own] {
            for (verb, route, _) in routes().filter(|(_, route, _)| !ends_a_session(route)) {
                let path = good(&app, verb, route).path;
                let asking = ada.client().with("Origin", origin).with("Access-Control-Request-Method", "POST");
                let asking = asking.with("Access-Control-Request-Headers", "content-type, x-csrf-token");
                let asking = asking.with("Access-Control-Request-Private-Network", "true");
                for method in ["OPTIONS", "GET", "HEAD"] {
                    let answer = asking.request(method, &path, None);
                    let told = answer.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
                    assert_eq!(told, None, "{method} {route} from {origin}");
                    assert!(method != "OPTIONS" || answer.status == 405, "{method} {route}: {answer:?}");
                    assert!(!answer.text.contains("evil.example"), "{route}");
                }
            }
        }
    });
}

#[test]
fn atk_f01_k08_nothing_of_anybody_is_in_a_file_or_on_a_page_for_everybody() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let (theirs, nobodys) = (ada.client().get(&asset(&app)), app.server.client().get(&asset(&app)));
        assert_eq!(theirs.text, nobodys.text);
        for path in ["/sign-in", "/set-up", "/"] {
            let page = app.browser().get(path).text;
            assert!(!page.contains("ada") && !page.contains("/admin"), "{path}: {page}");
        }
        assert_eq!(ada.get("/sign-in").expect(303).header("location"), Some("/overview"));
        let packed =
            ada.client().with("Accept-Encoding", "gzip").with("Range", "bytes=0-10").request("HEAD", "/overview", None);
        assert_eq!((packed.status, packed.header("vary")), (200, Some("accept-encoding")));
        let _ = app.browser().sign_in("ada", PASSWORD).expect(303);
    });
}
