//! Texts of tokens on pages.

use serde_json::json;
use token_console::routes;
use token_http::Verb;
use token_testkit::{Answer, on_each_database};

use super::browser::START;
use super::calls::{ends_a_session, good};
use super::html::form;
use crate::app::App;

/// What the button sends.
const SHOW: &[(&str, &str)] = &[("do", "show")];

fn show(id: &str) -> String {
    format!("/admin/api-tokens/{id}/show")
}

/// The text on a page, as its field holds it.
pub(crate) fn text(answer: &Answer) -> Option<String> {
    let (_, rest) = answer.text.split_once("<textarea class=\"secret\"")?;
    Some(rest.split_once('>')?.1.split_once('<')?.0.to_owned())
}

#[test]
fn s11_s13_p65_a_text_is_on_the_page_that_was_asked_for_it_and_each_time_is_an_event() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let token = app.token("CI", &[]);
        for times in 1..=3 {
            let shown = ada.post(&show(&token.id), SHOW).expect(200);
            assert_eq!(text(&shown).as_deref(), Some(token.text.as_str()));
            assert_eq!(shown.header("cache-control"), Some("no-store"));
            assert!(shown.headers.iter().all(|(_, value)| !value.contains(&token.text)));
            assert_eq!(app.events_of("token.revealed"), times);
        }
        let event = app.admin.get("/api/v1/events?limit=1").expect(200).json()["items"][0].clone();
        assert_eq!((&event["actor"]["name"], &event["subject"]["id"]), (&json!("ada"), &json!(token.id)));
        for (verb, route, _) in routes().filter(|(verb, route, _)| *verb == Verb::Get && !ends_a_session(route)) {
            let path = good(&app, verb, route).path;
            let page = ada.get(&path).text + &ada.get(&format!("/admin/api-tokens/{}", token.id)).text;
            assert!(!page.contains(&token.text), "{route}");
        }
        let _ = ada.get(&show(&token.id)).expect(405);
        let _ = ada.client().request("HEAD", &show(&token.id), None).expect(405);
        assert_eq!(app.events_of("token.revealed"), 3);
    });
}

#[test]
fn s12_x07_p67_nobody_sees_a_text_that_may_do_more_than_they() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let writer = app.role("Writer", &["allow assets:write"]);
        let (strong, plain) = (app.token("strong", &[&writer]), app.token("plain", &[]));
        let ada = app.ada();
        let reader = app.somebody("reader", &["allow tokens:read"]);
        let shower = app.somebody("shower", &["allow tokens:read", "allow tokens:show"]);
        let peer = app.somebody("peer", &["allow tokens:read", "allow tokens:show", "allow assets:*"]);
        for token in [&strong, &plain] {
            let refused = reader.post(&show(&token.id), SHOW).expect(403);
            assert!(text(&refused).is_none() && !refused.text.contains(&token.text));
        }
        let refused = shower.post(&show(&strong.id), SHOW).expect(403);
        assert!(text(&refused).is_none() && !refused.text.contains(&strong.text));
        assert_eq!(app.events_of("token.revealed"), 0, "what is not shown is no event of showing");
        assert_eq!(text(&shower.post(&show(&plain.id), SHOW).expect(200)), Some(plain.text));
        assert_eq!(text(&peer.post(&show(&strong.id), SHOW).expect(200)), Some(strong.text.clone()));
        let root = app.database.sql("SELECT id FROM tokens WHERE name = 'root'").unwrap();
        let list = app.admin.get("/api/v1/tokens?name=root").expect(200).json();
        let root_id = list["items"][0]["id"].as_str().unwrap_or(root.trim()).to_owned();
        let _ = peer.post(&show(&root_id), SHOW).expect(403);
        assert_eq!(text(&ada.post(&show(&root_id), SHOW).expect(200)), Some(app.admin_text.clone()));
    });
}

#[test]
fn s32_atk_a20_revoked_and_deleted_texts_are_shown_by_no_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let ends = app.token_with(&json!({"name": "old", "expires_at": "2030-03-17T17:46:50Z"}));
        let (revoked, deleted) = (app.token("revoked", &[]), app.token("deleted", &[]));
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", revoked.id), &json!({})).expect(200);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        app.set_clock(START + 10);
        let refused = ada.post(&show(&revoked.id), SHOW).expect(409);
        assert!(refused.text.contains("role=\"alert\"") && !refused.text.contains(&revoked.text), "{}", refused.text);
        let gone = ada.post(&show(&deleted.id), SHOW).expect(404);
        assert!(!gone.text.contains(&deleted.text));
        assert_eq!(app.events_of("token.revealed"), 0);
        assert_eq!(text(&ada.post(&show(&ends.id), SHOW).expect(200)), Some(ends.text), "an expired one opens nothing");
        for action in ["show", "rotate"] {
            let path = format!("/admin/api-tokens/{}/{action}", deleted.id);
            let _ = ada.post(&path, &[("old_ends", "now"), ("do", action)]).expect(404);
        }
    });
}

#[test]
fn s11_x04_p65_a_rotation_shows_its_text_and_a_repeated_one_is_an_event_too() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let token = app.token("CI", &[]);
        let path = format!("/admin/api-tokens/{}/rotate", token.id);
        let asked = form(&ada.get(&path).expect(200).text, &path).with("old_ends", "now");
        let made = text(&ada.submit(&asked, Some("rotate")).expect(200)).unwrap();
        assert_ne!(made, token.text);
        assert_eq!((app.events_of("token.rotated"), app.events_of("token.revealed")), (1, 0));
        let again = ada.submit(&asked, Some("rotate")).expect(200);
        assert_eq!((text(&again), app.events_of("token.rotated")), (Some(made.clone()), 1));
        assert_eq!(app.events_of("token.revealed"), 1, "shown again");
        let caller = app.server.client().bearer(&made);
        let _ = caller.get("/api/v1/whoami").expect(200);
        assert_eq!(app.whoami(&token), 401);
    });
}

#[test]
fn s11_a_server_that_shows_no_texts_shows_one_when_it_is_made_and_never_again() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_SHOW_TOKEN", "never");
        let app = App::with(database, program);
        let ada = app.ada();
        let path = "/admin/api-tokens/new";
        let filled = form(&ada.get(path).expect(200).text, path).with("name", "CI");
        let made = ada.submit(&filled, Some("save")).expect(201);
        let shown = text(&made).unwrap();
        let _ = app.server.client().bearer(&shown).get("/api/v1/whoami").expect(200);
        let again = ada.submit(&filled, Some("save")).expect(303);
        let page = ada.get(again.header("location").unwrap()).expect(200);
        assert!(text(&page).is_none() && !page.text.contains(&shown));
        let id = again.header("location").unwrap().split('?').next().unwrap().to_owned();
        let refused = ada.post(&format!("{id}/show"), SHOW);
        assert!(400 <= refused.status && refused.status < 500, "{}", refused.status);
        assert!(text(&refused).is_none() && !refused.text.contains(&shown));
    });
}
