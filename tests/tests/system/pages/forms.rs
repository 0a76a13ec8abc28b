//! Saving, as browsers without script do it.

use serde_json::json;
use token_testkit::{Answer, on_each_database};

use super::browser::{START, owned};
use super::html::form;
use crate::app::App;

const NEW: &str = "/admin/api-tokens/new";

fn count(app: &App, what: &str) -> String {
    app.database.sql(&format!("SELECT count(*) FROM {what}")).unwrap().trim().to_owned()
}

/// Where a redirection leads, without what it says.
fn place(answer: &Answer) -> (String, String) {
    let location = answer.header("location").unwrap();
    let (path, done) = location.split_once("?done=").unwrap();
    (path.to_owned(), done.to_owned())
}

#[test]
fn s17_s37_a_form_that_is_sent_twice_makes_one_token() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let empty = form(&ada.get(NEW).expect(200).text, NEW);
        let filled = empty.clone().with("name", "CI").with("description", "nightly");
        let (made, again) =
            (ada.submit(&filled, Some("save")).expect(303), ada.submit(&filled, Some("save")).expect(303));
        assert_eq!(place(&made).0, place(&again).0, "the same token");
        assert_eq!((place(&made).1.as_str(), place(&again).1.as_str()), ("token-created", "token-made-before"));
        assert_eq!(count(&app, "tokens WHERE name = 'CI'"), "1");
        // Typed over and sent again by going back: told, and made only when somebody insists.
        let other = ada.submit(&filled.clone().with("name", "CI two"), Some("save")).expect(409);
        assert_eq!(count(&app, "tokens WHERE name = 'CI two'"), "0");
        let _ = ada.submit(&form(&other.text, NEW), Some("save")).expect(303);
        assert_eq!(count(&app, "tokens WHERE name = 'CI two'"), "1");
        // Two forms are two tokens, and one whose token was deleted says so.
        let fresh = form(&ada.get(NEW).expect(200).text, NEW);
        assert_ne!(fresh.value("key"), empty.value("key"));
        let _ = app.admin.delete(&place(&made).0.replace("/admin/api-tokens", "/api/v1/tokens")).expect(204);
        let _ = ada.submit(&filled, Some("save")).expect(410);
        assert_eq!(count(&app, "tokens WHERE name = 'CI'"), "0");
    });
}

#[test]
fn s17_of_two_clicks_at_once_one_makes_the_token() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let filled = form(&ada.get(NEW).expect(200).text, NEW).with("name", "CI").with("do", "save");
        let (client, body) = (ada.page(), super::browser::encoded(&filled.fields));
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let clicks = [0; 4].map(|_| scope.spawn(|| client.request("POST", NEW, Some(&body)).status));
            clicks.into_iter().map(|click| click.join().unwrap()).collect()
        });
        statuses.dedup();
        assert_eq!(statuses, [303]);
        assert_eq!((count(&app, "tokens WHERE name = 'CI'"), app.events_of("token.created")), ("1".to_owned(), 2));
    });
}

#[test]
fn p40_x11_atk_a16_a_stale_save_keeps_what_was_typed_and_saves_nothing() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let (token, role) = (app.token("CI", &[]).id, app.role("Reader", &[]));
        let user = app.user("bob", &json!({}));
        for (page, api, name) in [
            (format!("/admin/api-tokens/{token}"), format!("/api/v1/tokens/{token}"), "description"),
            (format!("/admin/roles/{role}"), format!("/api/v1/roles/{role}"), "description"),
            (format!("/admin/users/{user}"), format!("/api/v1/users/{user}"), "display_name"),
        ] {
            let typed = form(&ada.get(&page).expect(200).text, &page).with(name, "mine <b>");
            let _ = app.admin.patch(&api, 1, &json!({name: "of somebody else"})).expect(200);
            let before = app.seen();
            let refused = ada.submit(&typed, Some("save")).expect(412);
            assert_eq!(app.seen(), before, "{page}");
            assert!(refused.text.contains("id=\"stale\"") && refused.text.contains("of somebody else"), "{page}");
            let again = form(&refused.text, &page);
            assert_eq!((again.value(name), again.value("version")), (Some("mine <b>"), Some("2")), "{page}");
            // The old form stays stale; the one that shows the change saves over it.
            let _ = ada.submit(&typed, Some("save")).expect(412);
            let _ = ada.submit(&again, Some("save")).expect(303);
            assert_eq!(app.admin.get(&api).expect(200).json()[name], "mine <b>");
            for version in ["", "x", "-1", "99999999999999999999", "1"] {
                let odd = ada.submit(&again.clone().with("version", version), Some("save"));
                assert!([412, 428].contains(&odd.status), "{page} {version}: {}", odd.status);
            }
        }
    });
}

#[test]
fn s27_s28_revoking_without_being_sure_only_asks() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let token = app.token("CI", &[]);
        let page = format!("/admin/api-tokens/{}", token.id);
        let plain = form(&ada.get(&page).expect(200).text, &page);
        let marked = form(&ada.submit(&plain, Some("revoke")).expect(200).text, &page);
        assert_eq!(marked.value("revoke"), Some("yes"));
        let taken_back = form(&ada.submit(&marked, Some("keep")).expect(200).text, &page);
        assert_eq!(taken_back.value("revoke"), None);
        let marked = marked.with("reason", "lost <laptop>");
        let asked = ada.submit(&marked, Some("save")).expect(200);
        assert!(asked.text.contains("for good?"), "{}", asked.text);
        for sure in ["", "no", "YES", "true"] {
            let _ = ada.submit(&marked.clone().with("sure", sure), Some("save")).expect(200);
        }
        assert_eq!((app.whoami(&token), app.events_of("token.revoked")), (200, 0));
        let sure = form(&asked.text, &page);
        let kept = ada.submit(&sure, Some("keep")).expect(200);
        assert_eq!((form(&kept.text, &page).value("revoke"), app.whoami(&token)), (None, 200));
        let done = ada.submit(&sure, Some("save")).expect(303);
        assert_eq!((place(&done).1.as_str(), app.whoami(&token)), ("token-revoked", 401));
        assert_eq!(app.admin.get(&format!("/api/v1/tokens/{}", token.id)).json()["revoked"]["reason"], "lost <laptop>");
        // Sent again by going back, it is stale and ends nothing twice.
        let _ = ada.submit(&sure, Some("save")).expect(412);
        assert_eq!(app.events_of("token.revoked"), 1);
    });
}

#[test]
fn s28_atk_a17_a_revoked_token_is_renamed_by_its_form_and_nothing_else_of_it_changes() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let role = app.role("Reader", &["allow assets:read"]);
        let token = app.token_with(
            &json!({"name": "CI", "roles": [role], "expires_at": "2031-01-01", "allowed_networks": ["127.0.0.1"]}),
        );
        let (page, api) = (format!("/admin/api-tokens/{}", token.id), format!("/api/v1/tokens/{}", token.id));
        let _ = app.admin.post(&format!("{api}/revoke"), &json!({})).expect(200);
        let typed = || form(&ada.get(&page).expect(200).text, &page);
        let saved = ada.submit(&typed().with("name", "lost laptop"), Some("save"));
        assert_eq!(saved.status, 303, "{}", saved.text);
        // What is final is refused, or not looked at.
        for (name, value) in [("expires_at", "2040-01-01"), ("network", "10.0.0.0/8"), ("role", ""), ("revoke", "no")] {
            let tried = ada.submit(&typed().with(name, value), Some("save"));
            assert!([303, 409].contains(&tried.status), "{name}: {tried:?}");
        }
        let now = app.admin.get(&api).expect(200).json();
        assert_eq!((&now["name"], &now["state"]), (&json!("lost laptop"), &json!("revoked")));
        assert_eq!((&now["roles"], &now["allowed_networks"]), (&json!([role]), &json!(["127.0.0.1/32"])));
        assert_eq!(now["expires_at"], "2031-01-02T00:00:00Z");
        let _ = ada.post_owned(&format!("{page}/rotate"), &owned(&[("old_ends", "now"), ("do", "rotate")])).expect(409);
    });
}

/// A page, what is sent there, and the places of what is wrong with it.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn t05_atk_a06_everything_wrong_is_told_at_once_at_its_field() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let before = app.seen();
        let long = "x".repeat(2_001);
        let token = [
            ("name", "a\u{202e}b"),
            ("description", &long),
            ("expires_at", "2027-02-30"),
            ("role", "no role"),
            ("network", "1.2.3"),
            ("key", "k"),
        ];
        let role = [("name", ""), ("description", &long), ("effect", "allow"), ("resource", "A"), ("action", "b c")];
        let endless = "sesame".repeat(200);
        let user = [("username", ""), ("display_name", "a\u{0001}b"), ("role", "x"), ("password", &endless)];
        let cases: [Refused<'_>; 3] = [
            (NEW, &token, &["name", "description", "expires_at", "roles", "allowed_networks"]),
            ("/admin/roles/new", &role, &["name", "description", "rules"]),
            ("/admin/users/new", &user, &["username", "display_name", "roles", "password"]),
        ];
        for (page, fields, wrong) in cases {
            let sent: Vec<(&str, &str)> = fields.iter().copied().chain([("do", "save")]).collect();
            let refused = ada.post(page, &sent).expect(422);
            for place in wrong {
                assert!(refused.text.contains(&format!("href=\"#{place}\"")), "{page}: {place} in the summary");
                assert!(refused.text.contains(&format!("id=\"{place}-problem\"")), "{page}: {place} at its field");
                assert!(
                    refused.text.contains(&format!("id=\"{place}\"")),
                    "{page}: the link to {place} leads somewhere"
                );
            }
            let inputs = wrong.iter().filter(|place| !["roles", "rules", "allowed_networks"].contains(place)).count();
            assert_eq!(refused.text.matches("aria-invalid=\"true\"").count(), inputs, "{page}");
            assert!(refused.text.contains("role=\"alert\"") && !refused.text.contains("sesame"), "{page}");
            let again = form(&refused.text, page);
            let (name, value) = fields[1];
            assert_eq!(again.value(name), Some(value), "{page}: what was typed is there");
        }
        assert_eq!(app.seen(), before);
        // A name that somebody else has is told at its field, too.
        let taken =
            ada.post("/admin/users/new", &[("username", "ADA"), ("enabled", "yes"), ("do", "save")]).expect(409);
        assert!(taken.text.contains("id=\"username-problem\"") && taken.text.contains("aria-invalid=\"true\""));
    });
}
