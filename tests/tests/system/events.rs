//! The changelog as people read it: filters that add up, pages without loss.

use serde_json::{Value, json};
use token_testkit::{Client, on_each_database};

use crate::app::{App, rules_json};

/// 2030-03-17T17:46:40Z.
const START: i64 = 1_900_000_000;

/// Two tokens and a role with a life, each step in a second of its own.
fn history(app: &App) {
    let mut now = START;
    let mut later = || {
        now += 1;
        app.set_clock(now);
    };
    let role = app.role("Überwachung", &["allow assets:read"]);
    later();
    let token = app.token("CI_Pipeline 100%", &[&role]);
    let path = format!("/api/v1/tokens/{}", token.id);
    later();
    let _ = app.admin.patch(&path, 1, &json!({"description": "nightly"})).expect(200);
    later();
    let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200);
    later();
    let other = app.token("ci twin", &[]);
    later();
    let _ = app.admin.post(&format!("{path}/revoke"), &json!({})).expect(200);
    later();
    let _ = app.admin.delete(&format!("/api/v1/tokens/{}", other.id)).expect(204);
    later();
    let rules = rules_json(&["deny *:*"]);
    let _ = app.admin.patch(&format!("/api/v1/roles/{role}"), 1, &json!({"rules": rules})).expect(200);
    later();
    let rotate = || app.program.run(&["key", "rotate", "--now", "--json"]).ok().json();
    let (kept_for_a_moment, _) = (rotate(), rotate());
    later();
    // The id of a key may begin with `-`.
    let _ = app.program.run(&["key", "withdraw", "--yes", "--", kept_for_a_moment[0]["kid"].as_str().unwrap()]).ok();
}

fn items(client: &Client, query: &str) -> Vec<Value> {
    let blank = if query.is_empty() { "" } else { "&" };
    let page = client.get(&format!("/api/v1/events?limit=500{blank}{query}")).expect(200).json();
    assert_eq!(page["next"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

fn seqs(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["seq"].as_u64().unwrap()).collect()
}

/// One filter: how it is asked, and what it lets through.
type Filter = (&'static str, fn(&Value) -> bool);

fn level(item: &Value) -> usize {
    ["info", "notice", "warning"].iter().position(|level| item["level"] == *level).unwrap()
}

fn at(item: &Value) -> &str {
    item["at"].as_str().unwrap()
}

fn reads(item: &Value, text: &str) -> bool {
    item["message"].as_str().unwrap().to_lowercase().contains(text)
}

/// Each row is one kind of filter; nothing, or one of these.
const FILTERS: &[&[Filter]] = &[
    &[("level=notice", |item| 1 <= level(item)), ("level=warning", |item| 2 <= level(item))],
    &[
        ("type=token.revoked", |item| item["type"] == "token.revoked"),
        ("type=role.updated", |item| item["type"] == "role.updated"),
    ],
    &[
        ("subject=token", |item| item["subject"]["kind"] == "token"),
        ("subject=role", |item| item["subject"]["kind"] == "role"),
    ],
    &[("from=2030-03-17T17:46:42Z", |item| "2030-03-17T17:46:42" <= at(item))],
    &[("until=2030-03-17T17:46:46Z", |item| at(item) < "2030-03-17T17:46:46"), ("until=2030-03-17", |_| true)],
    &[
        ("text=ci", |item| reads(item, "ci")),
        ("text=CI_PIPELINE", |item| reads(item, "ci_pipeline")),
        ("text=100%25", |item| reads(item, "100%")),
        ("text=revoked%20token", |item| reads(item, "revoked token")),
        ("text=%C3%BCberwachung", |item| reads(item, "überwachung")),
        ("text=ROOT%20created", |item| reads(item, "root created")),
        ("text=_p", |item| reads(item, "_p")),
    ],
];

/// Every way to take at most one filter of each kind.
fn choices(kinds: &[&[Filter]]) -> Vec<Vec<Filter>> {
    let Some((kind, rest)) = kinds.split_first() else { return vec![Vec::new()] };
    let behind = choices(rest);
    let with = kind.iter().flat_map(|filter| {
        behind.iter().map(move |others| [filter].into_iter().chain(others).copied().collect::<Vec<_>>())
    });
    behind.iter().cloned().chain(with).collect()
}

#[test]
fn t08_filters_by_level_type_time_and_text_add_up() {
    on_each_database(|database| {
        let app = App::at(database, START);
        history(&app);
        let all = items(&app.admin, "");
        for (query, lets) in FILTERS.iter().copied().flatten() {
            assert!(all.iter().any(lets), "{query} is about nothing here");
        }
        for choice in choices(FILTERS) {
            let query: Vec<&str> = choice.iter().map(|(query, _)| *query).collect();
            let expected: Vec<Value> =
                all.iter().filter(|item| choice.iter().all(|(_, lets)| lets(item))).cloned().collect();
            assert_eq!(seqs(&items(&app.admin, &query.join("&"))), seqs(&expected), "{query:?}");
        }
    });
}

#[test]
fn t08_the_newest_come_first_and_each_says_level_type_time_who_and_what() {
    on_each_database(|database| {
        let app = App::at(database, START);
        history(&app);
        let all = items(&app.admin, "");
        let head = all.len() as u64;
        assert_eq!(seqs(&all), (1..=head).rev().collect::<Vec<_>>());
        let revoked = all.iter().find(|item| item["type"] == "token.revoked").unwrap();
        assert_eq!(revoked["message"], "root revoked token CI_Pipeline 100%");
        assert_eq!((&revoked["level"], &revoked["at"]), (&json!("notice"), &json!("2030-03-17T17:46:45.000000Z")));
        assert_eq!((&revoked["actor"]["kind"], &revoked["actor"]["name"]), (&json!("token"), &json!("root")));
        assert_eq!(revoked["subject"]["name"], "CI_Pipeline 100%");
        let (id, address) = (&revoked["origin"]["request_id"], &revoked["origin"]["address"]);
        assert!(id.is_string() && *address == "127.0.0.1", "{revoked}");
    });
}

/// Every page from the first on; before the second and third, somebody makes an event.
fn paged(app: &App, query: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.admin.get(&format!("/api/v1/events?limit={limit}{query}{cursor}")).expect(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= limit, "{page}");
        all.extend(items.iter().cloned());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
        if all.len() < 3 * limit {
            let _ = app.token("ci between pages", &[]);
        }
    }
}

#[test]
fn t08_atk_p05_p07_pages_lose_nothing_and_repeat_nothing_while_the_log_grows() {
    on_each_database(|database| {
        let app = App::at(database, START);
        history(&app);
        for query in
            ["", "&type=token.created", "&text=ci", "&level=notice", "&subject=token&until=2030-03-17T17:46:47Z"]
        {
            let before = items(&app.admin, query.trim_start_matches('&'));
            for limit in [1, 3] {
                let paged = paged(&app, query, limit);
                // What came later is newer than the first page; what was there is there once.
                let newest = before[0]["seq"].as_u64().unwrap();
                let known: Vec<u64> = seqs(&paged).into_iter().filter(|seq| *seq <= newest).collect();
                assert_eq!(known, seqs(&before), "{query} by {limit}");
                assert!(seqs(&paged).is_sorted_by(|newer, older| older < newer), "{query} by {limit}");
            }
        }
    });
}

#[test]
fn atk_p02_p08_a_cursor_is_good_for_its_caller_list_and_filters_only() {
    on_each_database(|database| {
        let app = App::at(database, START);
        history(&app);
        let page = app.admin.get("/api/v1/events?limit=1&level=info").expect(200).json();
        let cursor = page["next"].as_str().unwrap();
        let with = |client: &Client, query: &str| client.get(&format!("{query}cursor={cursor}")).status;
        assert_eq!(with(&app.admin, "/api/v1/events?level=info&"), 200);
        assert_eq!(with(&app.admin, "/api/v1/events?level=info&limit=7&"), 200);
        assert_eq!(with(&app.admin, "/api/v1/events?"), 400);
        assert_eq!(with(&app.admin, "/api/v1/events?level=notice&"), 400);
        assert_eq!(with(&app.admin, "/api/v1/tokens?"), 400);
        assert_eq!(with(&app.admin, "/api/v1/roles?"), 400);
        let role = app.role("Auditor", &["allow events:read"]);
        let auditor = app.token("auditor", &[&role]);
        assert_eq!(with(&app.as_token(&auditor), "/api/v1/events?level=info&"), 400);
        let mine = app.as_token(&auditor).get("/api/v1/events?limit=1").expect(200).json();
        let mine = format!("/api/v1/events?cursor={}", mine["next"].as_str().unwrap());
        let _ = app.as_token(&auditor).get(&mine).expect(200);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", auditor.id), &json!({})).expect(200);
        let _ = app.as_token(&auditor).get(&mine).expect(401);
    });
}
