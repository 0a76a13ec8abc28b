//! Text that would be markup, wherever it comes from.

use serde_json::json;
use token_console::routes;
use token_http::Verb;
use token_testkit::on_each_database;

use super::browser::{START, escaped};
use super::calls::{ends_a_session, good};
use super::html::{addresses, inline};
use crate::app::App;

/// Texts that end an attribute, a tag, a comment or a string, begin markup, or are a template's.
const HOSTILE: &[&str] = &[
    "\"><script>alert(4711)</script>",
    "'-alert(4711)-'",
    "<img src=x onerror=alert(4711)>",
    "</title><svg onload=alert(4711)>",
    "</textarea><b id=alert4711>",
    "<!--alert(4711)",
    "{{4711*7}}${4711*7}<%= 4711*7 %>",
    "javascript:alert(4711)",
    "&lt;b&gt;4711",
];

/// Whether the page holds nothing of the kind as markup.
#[track_caller]
fn ensure_text(page: &str, what: &str) {
    assert!(!page.contains("alert(4711)</script>") && !page.contains("<!--"), "{what}: {page}");
    assert!(!page.contains("<img src=x") && !page.contains("<svg onload") && !page.contains("<b id="), "{what}");
    assert!(!page.contains("32977"), "nothing is calculated: {what}");
    assert_eq!(inline(page), Vec::<String>::new(), "{what}");
    assert!(addresses(page).iter().all(|address| address.starts_with('/') || address.starts_with('#')), "{what}");
}

#[test]
fn atk_x01_x07_what_an_address_says_is_text_or_refused_on_every_page() {
    let names = [
        "done",
        "next",
        "q",
        "name",
        "explain",
        "cursor",
        "permission",
        "code",
        "sort",
        "state",
        "role",
        "enabled",
        "created_by",
        "expires_before",
        "unused_since",
        "text",
        "subject_id",
        "type",
        "level",
        "from",
        "until",
        "limit",
        "unheard",
    ];
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let pages = routes().filter(|(verb, _, _)| *verb == Verb::Get);
        for (page, (verb, route, _)) in pages.enumerate() {
            let path = good(&app, verb, route).path;
            let plain = path.split('?').next().unwrap();
            for (number, name) in names.into_iter().enumerate() {
                let asked = format!("{plain}?{name}={}", escaped(HOSTILE[(page + number) % 3]));
                let answer = ada.get(&asked);
                assert!([200, 303, 400, 404].contains(&answer.status), "{asked}: {answer:?}");
                ensure_text(&answer.text, &asked);
                let location = answer.header("location").unwrap_or("/");
                assert!(location.starts_with('/') && !location.contains(['<', '"', '\'']), "{asked}: {location}");
            }
            let asked = format!("{plain}?{}=1&x={}", escaped(HOSTILE[0]), escaped(HOSTILE[2]));
            ensure_text(&ada.get(&asked).text, &asked);
        }
        for text in HOSTILE {
            for path in
                ["/sign-in?next=/", "/set-up?code=", "/search?q=", "/admin/roles/who-could?permission=", "/admin/"]
            {
                for browser in [&app.browser(), &ada] {
                    ensure_text(&browser.get(&format!("{path}{}", escaped(text))).text, text);
                }
            }
        }
    });
}

#[test]
fn atk_x01_x03_x10_names_and_words_of_others_are_text_on_every_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let mut ids = Vec::new();
        for (number, text) in HOSTILE.iter().enumerate() {
            let cut: String = text.chars().take(40).collect();
            let role = app.admin.post("/api/v1/roles", &json!({"name": cut, "description": text})).expect(201).json();
            let token = app.token_with(&json!({"name": text, "description": text, "roles": [role["id"]]}));
            let user = app.user(&format!("{number}{cut}"), &json!({"display_name": text, "roles": [role["id"]]}));
            if number % 2 == 0 {
                let reason = json!({"reason": text});
                let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &reason).expect(200);
            }
            ids.push((format!("roles/{}", role["id"].as_str().unwrap()), format!("users/{user}"), token.id));
        }
        for (role, user, token) in &ids {
            for path in [
                format!("/admin/{role}"),
                format!("/admin/{role}/delete"),
                format!("/admin/{user}"),
                format!("/admin/{user}/delete"),
                format!("/admin/api-tokens/{token}"),
                format!("/admin/api-tokens/{token}/delete"),
                format!("/admin/api-tokens/{token}/rotate"),
            ] {
                let page = ada.get(&path).expect(200);
                assert!(page.text.contains("4711"), "{path}: it is there, as text");
                ensure_text(&page.text, &path);
            }
            let bulk = ada.post("/admin/api-tokens/bulk", &[("ids", token), ("action", "delete")]).expect(200);
            ensure_text(&bulk.text, "bulk");
        }
        for (verb, route, _) in routes().filter(|(verb, route, _)| *verb == Verb::Get && !ends_a_session(route)) {
            if route.ends_with("export.csv") {
                continue;
            }
            ensure_text(&ada.get(&good(&app, verb, route).path).text, route);
        }
        for list in ["/admin/api-tokens", "/admin/roles", "/admin/users", "/admin/changelog", "/search?q=4711"] {
            assert!(ada.get(list).text.contains("4711"), "{list}");
        }
    });
}

#[test]
fn atk_x01_what_is_typed_into_a_form_comes_back_as_text() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let forms = [
            ("/admin/api-tokens/new", vec!["name", "description", "expires_at", "role", "network", "key", "reason"]),
            ("/admin/roles/new", vec!["name", "description", "effect", "resource", "action", "person"]),
            ("/admin/users/new", vec!["username", "display_name", "role"]),
            ("/sign-in", vec!["username", "next", "kept", "kept_path"]),
            ("/set-up", vec!["code", "username", "display_name"]),
        ];
        for (path, names) in forms {
            for text in HOSTILE {
                let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, *text)).collect();
                let browser = if path.starts_with("/admin") { &ada } else { &app.browser() };
                for button in ["add-role", "save"] {
                    if !path.starts_with("/admin") && button == "add-role" {
                        continue;
                    }
                    let sent: Vec<(&str, &str)> =
                        fields.iter().copied().chain([("do", button), ("people", "listed")]).collect();
                    let answer = browser.post(path, &sent);
                    assert!([200, 401, 422, 429].contains(&answer.status), "{path} {text}: {answer:?}");
                    ensure_text(&answer.text, &format!("{path} {text}"));
                }
            }
        }
    });
}
