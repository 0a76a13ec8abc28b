//! The changelog as a file.

use serde_json::{Value, json};
use token_testkit::{Answer, on_each_database};

use super::browser::{Browser, START};
use super::bulk::import;
use crate::app::App;
use crate::sign_in::browser::PASSWORD;

const EXPORT: &str = "/admin/changelog/export.csv";
const HEAD: [&str; 8] = ["number", "time", "level", "type", "who", "message", "address", "changes"];

/// The records of a file, without its head.
#[track_caller]
fn records(answer: &Answer) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(answer.text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), HEAD);
    reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

/// All events that fit, newest first, as the API tells them.
fn events(app: &App, filter: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = app.admin.get(&format!("/api/v1/events?limit=500{filter}{next}")).expect(200).json();
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

/// A text as it stands in the file: what could begin a formula has an apostrophe in front.
fn harmless(text: &str) -> String {
    let risky = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.trim_start_matches(' ').starts_with(risky) { format!("'{text}") } else { text.to_owned() }
}

fn export(browser: &Browser, filter: &str) -> Answer {
    browser.get(&format!("{EXPORT}{filter}")).expect(200)
}

#[test]
fn atk_v01_v02_v03_x08_no_field_is_a_formula_and_every_field_is_read_back() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for name in [
            "=HYPERLINK(\"http://evil.example\",\"x\")",
            "=cmd|'/C calc'!A0",
            "@SUM(1+1)",
            "+1",
            "-1+1",
            "＝1",
            "a,b;c\"d\"",
            "plain",
        ] {
            // It acts, so its name begins a field of who did it, and the sentence that tells it.
            let actor = app.token(name, &[super::browser::ADMIN]);
            let words = json!({"name": name, "description": format!("{name}\nsecond, \"line\"\r\n;=1")});
            let _ = app.as_token(&actor).post("/api/v1/tokens", &words).expect(201);
            let user = json!({"username": format!("{name}{}", actor.id), "display_name": name});
            let _ = app.as_token(&actor).post("/api/v1/users", &user);
        }
        let file = export(&ada, "");
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"changelog.csv\""));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        let records = records(&file);
        for field in records.iter().flatten() {
            assert_eq!(harmless(field), *field, "a spreadsheet would calculate this");
        }
        let events = events(&app, "");
        assert_eq!(records.len(), events.len());
        for (record, event) in records.iter().zip(&events) {
            let told = |member: &Value| harmless(member.as_str().unwrap_or_default());
            let expected = [
                event["seq"].to_string(),
                told(&event["at"]),
                told(&event["level"]),
                told(&event["type"]),
                told(&event["actor"]["name"]),
                told(&event["message"]),
                told(&event["origin"]["address"]),
            ];
            assert_eq!(record[..7], expected, "{event}");
        }
        let changes: Vec<&String> = records.iter().map(|record| &record[7]).collect();
        let second = "second, \"line\"";
        assert!(changes.iter().any(|changes| changes.contains(second)), "{changes:?}");
        // RFC 4180: lines end with CR LF; a quote within a field is doubled.
        assert!(file.text.starts_with(&format!("{}\r\n", HEAD.join(","))) && file.text.ends_with("\r\n"));
        assert!(file.text.contains("second, \"\"line\"\""));
    });
}

#[test]
fn t08_x08_every_event_is_in_the_file_once_and_in_order_however_many() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let _ = import(&app, 1_050, "many");
        let records = records(&export(&ada, ""));
        let numbers: Vec<u64> = records.iter().map(|record| record[0].parse().unwrap()).collect();
        let head = numbers[0];
        assert!(1_050 < head, "{head}");
        assert_eq!(numbers, (1..=head).rev().collect::<Vec<_>>(), "each once, newest first");
        let names: Vec<&str> =
            records.iter().filter(|record| record[3] == "token.created").map(|record| record[5].as_str()).collect();
        assert_eq!(names.len(), 1_051);
    });
}

#[test]
fn t08_atk_v05_filters_narrow_the_file_and_it_needs_the_right_to_read() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let token = app.token("CI", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        app.set_clock(START + 2 * 86_400);
        let ada = app.ada();
        let _ = app.token("later", &[]);
        let auditor = app.somebody("auditor", &["allow events:read"]);
        for (filter, api) in [
            ("?level=notice", "&level=notice"),
            ("?type=token.created", "&type=token.created"),
            (&format!("?subject=token&subject_id={}", token.id), &format!("&subject=token&subject_id={}", token.id)),
            ("?from=2030-03-18", "&from=2030-03-18"),
            ("?until=2030-03-17&type=token.created", "&until=2030-03-17&type=token.created"),
            ("?text=later", "&text=later"),
            ("?text=&level=&type=", ""),
            ("?text=nothing+like+it", "&text=nothing+like+it"),
        ] {
            let seqs = |events: &[Value]| events.iter().map(|event| event["seq"].to_string()).collect::<Vec<_>>();
            let records = records(&export(&auditor, filter));
            let numbers: Vec<String> = records.into_iter().map(|record| record[0].clone()).collect();
            assert_eq!(numbers, seqs(&events(&app, api)), "{filter}");
        }
        // As many as there are, wherever the page stood that led here.
        assert_eq!(records(&export(&auditor, "?limit=1")).len(), events(&app, "").len());
        let ada_page = ada.get("/admin/changelog").expect(200);
        assert!(super::html::addresses(&ada_page.text).iter().any(|address| address == EXPORT));
        let other = app.somebody("other", &["allow tokens:read", "allow users:read", "allow keys:read"]);
        let refused = other.get(EXPORT).expect(403);
        assert_eq!(refused.header("content-type"), Some("text/html; charset=utf-8"), "no file");
        assert!(refused.header("content-disposition").is_none());
        let _ = app.browser().get(EXPORT).expect(303);
    });
}

#[test]
fn atk_v04_no_text_digest_or_secret_is_in_the_file() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let token = app.token("CI", &[]);
        let _ = ada.post(&format!("/admin/api-tokens/{}/show", token.id), &[("do", "show")]).expect(200);
        let shown = ada
            .post(&format!("/admin/api-tokens/{}/rotate", token.id), &[("old_ends", "now"), ("do", "rotate")])
            .expect(200);
        assert!(shown.text.contains("class=\"secret\""));
        let _ = ada.post(
            "/admin/users/new",
            &[("username", "bob"), ("password", PASSWORD), ("enabled", "yes"), ("do", "save")],
        );
        let file = export(&ada, "").text;
        let hashes = app.database.sql("SELECT password_hash FROM users").unwrap();
        let signature = token.text.rsplit_once('.').unwrap().1;
        let mut secrets = vec![token.text.as_str(), signature, &app.admin_text, PASSWORD, "eyJ", "$argon2"];
        let (secret, csrf) = (ada.secret(), ada.csrf());
        secrets.extend([secret.as_str(), &csrf]);
        secrets.extend(hashes.lines().map(str::trim).filter(|hash| !hash.is_empty()));
        for secret in secrets {
            assert!(!file.contains(secret), "{secret}");
        }
        assert!(file.contains("token.revealed") && file.contains("token.rotated"));
    });
}
