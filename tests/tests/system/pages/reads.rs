//! A right to do one thing is no right to see others.

use std::collections::BTreeMap;

use serde_json::json;
use token_console::routes;
use token_http::Verb;
use token_http::pages::PageNeed;
use token_testkit::on_each_database;

use super::browser::START;
use super::calls::good;
use crate::app::App;

/// Names of things, and the right to see them.
const SEEN_BY: [(&str, &str); 3] =
    [("canary of tokens", "tokens:read"), ("canary of roles", "roles:read"), ("canary of people", "users:read")];

#[test]
fn atk_n02_n06_x12_nobody_sees_lists_that_they_may_not_read_beside_a_form() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        let _ = app.token("canary of tokens", &[]);
        let _ = app.role("canary of roles", &[]);
        let _ = app.user("canary of people", &json!({}));
        let (mut told, mut holders) = (Vec::new(), BTreeMap::new());
        for (verb, route, need) in routes() {
            // The right to act alone, where a page needs the right to read, too.
            let permission = match need {
                PageNeed::Public | PageNeed::Session => continue,
                PageNeed::Permission(permission) | PageNeed::Both(_, permission) => permission,
            };
            // The changelog names what was done to whom: that is what it is for.
            if permission.as_str() == "events:read" {
                continue;
            }
            let (name, rule) = (format!("holder of {permission}"), format!("allow {permission}"));
            let holder = holders.entry(permission).or_insert_with(|| app.somebody(&name, &[&rule]));
            let call = good(&app, verb, route);
            // Without a button a form comes back as it is, with all that is around it.
            let answers = match verb {
                Verb::Post => [&call.fields, &Vec::new()].map(|fields| holder.post_owned(&call.path, fields).text),
                _ => [holder.get(&call.path).text, String::new()],
            };
            for (name, right) in SEEN_BY {
                let row = format!("<span class=\"name\">{name}</span>");
                if right != permission.as_str() && answers.iter().any(|page| page.contains(&row)) {
                    told.push(format!("{verb} {route} lists {name} for whoever holds {permission} alone"));
                }
            }
        }
        assert!(told.is_empty(), "{told:#?}");
    });
}

#[test]
fn atk_x12_p67_what_no_button_offers_is_refused_all_the_same() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let admin_role = super::browser::ADMIN;
        let writer = app.role("Writer", &["allow assets:write"]);
        let strong = app.token("strong", &[&writer]).id;
        let plain = app.token("plain", &[]).id;
        let clerk = app.somebody("clerk", &["allow tokens:read", "allow tokens:update", "allow tokens:create"]);
        let page = format!("/admin/api-tokens/{plain}");
        let shown = clerk.get(&page).expect(200).text;
        for hidden in ["value=\"revoke\"", "/show\"", "/rotate\"", "/delete\"", "name=\"explain\""] {
            assert!(!shown.contains(hidden), "{hidden}");
        }
        let before = app.seen();
        for (action, status) in [("show", 403), ("rotate", 403), ("delete", 403)] {
            let _ = clerk.post(&format!("{page}/{action}"), &[("old_ends", "now")]).expect(status);
        }
        let revoke = [("version", "1"), ("name", "plain"), ("do", "save"), ("revoke", "yes"), ("sure", "yes")];
        let _ = clerk.post(&page, &revoke).expect(403);
        for action in ["revoke", "delete"] {
            let bulk = [("ids", plain.as_str()), ("action", action), ("sure", "yes")];
            let _ = clerk.post("/admin/api-tokens/bulk", &bulk).expect(403);
        }
        // Nor is a role given that they do not hold.
        for role in [admin_role, &writer] {
            let grant = [("version", "1"), ("name", "plain"), ("role", role), ("do", "save")];
            let refused = clerk.post(&page, &grant).expect(403);
            assert!(refused.text.contains("value=\"plain\""), "the form is there again: {}", refused.text);
            let make = [("name", "x"), ("role", role), ("key", "k"), ("do", "save")];
            let _ = clerk.post("/admin/api-tokens/new", &make).expect(403);
        }
        assert_eq!(app.seen(), before);
        // What they may do, they may do: also to a token that may do more than they, if it gets nothing by it.
        let saved = [("version", "1"), ("name", "renamed"), ("do", "save")];
        let _ = clerk.post(&page, &saved).expect(303);
        let kept = [("version", "1"), ("name", "renamed"), ("role", &writer), ("do", "save")];
        let _ = clerk.post(&format!("/admin/api-tokens/{strong}"), &kept).expect(303);
    });
}

#[test]
fn atk_n10_p67_nobody_raises_themselves_by_a_form() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let editor = app.somebody("editor", &["allow users:*", "allow roles:*"]);
        let own = app.database.sql("SELECT id FROM users").unwrap();
        let users = app.admin.get("/api/v1/users").expect(200).json();
        let id = users["items"][0]["id"].as_str().unwrap();
        assert_eq!(own.trim().lines().count(), 1, "one person: {own}");
        let role = users["items"][0]["roles"][0].as_str().unwrap();
        let before = app.seen();
        let raise = [
            ("version", "1"),
            ("username", "editor"),
            ("enabled", "yes"),
            ("role", role),
            ("role", super::browser::ADMIN),
            ("do", "save"),
        ];
        let _ = editor.post(&format!("/admin/users/{id}"), &raise).expect(403);
        let made = [("username", "eve"), ("enabled", "yes"), ("role", super::browser::ADMIN), ("do", "save")];
        let _ = editor.post("/admin/users/new", &made).expect(403);
        let rules = [
            ("version", "1"),
            ("name", "role of editor"),
            ("effect", "allow"),
            ("resource", "*"),
            ("action", "*"),
            ("do", "save"),
        ];
        let _ = editor.post(&format!("/admin/roles/{role}"), &rules).expect(403);
        let _ = editor.post("/admin/roles/new", &rules[1..]).expect(403);
        let members = [("people", "listed"), ("person", id), ("do", "save")];
        let _ = editor.post(&format!("/admin/roles/{}", super::browser::ADMIN), &members).expect(403);
        assert_eq!(app.seen(), before);
    });
}
