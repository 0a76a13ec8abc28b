//! The list of tokens over HTTP: filters, orders, totals, and pages while the list changes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use token_testkit::on_each_database;

use crate::app::App;

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// Tokens that are alike in every way lists look at.
fn filled(app: &App) {
    for (name, end) in [
        ("Zebra", Some("2098-01-01")),
        ("ápple", None),
        ("apple", Some("2097-01-01")),
        ("'; DROP TABLE tokens;--", None),
        ("100% _x_ [a-z] \\", Some("2097-01-01")),
        ("NEAR \"quoted\" OR *", None),
        ("STRASSE", Some("2099-01-01")),
    ] {
        let _ = app.token_with(&json!({"name": name, "expires_at": end}));
    }
}

#[test]
fn u09_orders_are_the_same_on_both_databases() {
    let told = std::cell::RefCell::new(Vec::new());
    on_each_database(|database| {
        let app = App::start(database);
        filled(&app);
        let order = |sort: &str| {
            let page = app.admin.get(&format!("/api/v1/tokens?sort={sort}")).expect(200).json();
            names(&page).into_iter().map(ToOwned::to_owned).collect::<Vec<String>>()
        };
        let by_name = order("name");
        assert_eq!(
            by_name,
            [
                "'; DROP TABLE tokens;--",
                "100% _x_ [a-z] \\",
                "apple",
                "NEAR \"quoted\" OR *",
                "root",
                "STRASSE",
                "Zebra",
                "ápple"
            ],
            "by the bytes of the folded name"
        );
        for (sort, back) in [("name", "-name"), ("created", "-created"), ("expires_at", "-expires_at")] {
            let mut turned = order(back);
            turned.reverse();
            assert_eq!(order(sort), turned, "{back}");
        }
        let by_end = order("expires_at");
        assert_eq!(by_end.iter().position(|name| name == "Zebra"), Some(2), "{by_end:?}");
        assert_eq!(by_end.iter().position(|name| name == "STRASSE"), Some(3), "those without an end come last");
        told.borrow_mut().push((by_name, by_end.into_iter().take(4).collect::<Vec<_>>()));
    });
    let told = told.into_inner();
    assert_eq!(told.first().map(|orders| &orders.0), told.last().map(|orders| &orders.0));
}

#[test]
fn atk_q01_q02_q09_j02_j05_what_is_looked_for_is_text_in_every_order() {
    on_each_database(|database| {
        let app = App::start(database);
        filled(&app);
        for (needle, found) in [
            ("'%3B%20DROP", vec!["'; DROP TABLE tokens;--"]),
            ("%25", vec![]),
            ("0%25", vec![]),
            ("00%25", vec!["100% _x_ [a-z] \\"]),
            ("_x_", vec!["100% _x_ [a-z] \\"]),
            ("%5C", vec!["100% _x_ [a-z] \\"]),
            ("[a-z]", vec!["100% _x_ [a-z] \\"]),
            ("%22quo", vec!["NEAR \"quoted\" OR *"]),
            ("near", vec!["NEAR \"quoted\" OR *"]),
            ("or%20*", vec!["NEAR \"quoted\" OR *"]),
            ("stra%C3%9Fe", vec!["STRASSE"]),
            ("a%CC%81pp", vec!["ápple"]),
            ("%EF%BD%9Aebra", vec!["Zebra"]),
            ("ap", vec!["apple"]),
            ("pl", vec![]),
            ("pple", vec!["apple", "ápple"]),
        ] {
            for sort in ["created", "name", "-expires_at"] {
                let page = app.admin.get(&format!("/api/v1/tokens?name={needle}&sort={sort}")).expect(200).json();
                let all: BTreeSet<&str> = names(&page).into_iter().collect();
                assert_eq!(all, found.iter().copied().collect(), "{needle} {sort}");
            }
        }
    });
}

#[test]
fn filters_add_up_and_totals_are_told_to_who_asks() {
    on_each_database(|database| {
        let app = App::start(database);
        filled(&app);
        let maker = app.caller("maker", &["allow tokens:create", "allow tokens:read"]);
        let made = maker.post("/api/v1/tokens", &json!({"name": "made"})).expect(201).json();
        let creator = made["created_by"]["id"].as_str().unwrap().to_owned();
        let page = |query: &str| app.admin.get(&format!("/api/v1/tokens?{query}")).expect(200).json();
        assert_eq!(names(&page(&format!("created_by={creator}"))), ["made"]);
        assert_eq!(names(&page("created_by=command%20line")), ["root"]);
        assert_eq!(names(&page("expires_before=2097-01-01")), Vec::<&str>::new(), "that day itself is not before it");
        assert_eq!(names(&page("expires_before=2097-01-02&sort=name")), ["100% _x_ [a-z] \\", "apple"]);
        assert_eq!(names(&page("expires_before=2099-01-01&name=zeb&state=active")), ["Zebra"]);
        let counted = page("total=true&limit=2&name=pple");
        assert_eq!((&counted["total"], &counted["total_is_exact"]), (&json!(2), &json!(true)));
        assert!(page("limit=2").get("total").is_none(), "nobody waits for what nobody asked for");
        let refused = app.admin.get("/api/v1/tokens?unused_since=lately").expect(400);
        assert_eq!(refused.json()["errors"][0]["pointer"], "?unused_since");
    });
}

#[test]
fn atk_p05_changes_between_pages_neither_repeat_nor_lose_what_stayed() {
    on_each_database(|database| {
        let app = App::start(database);
        let tokens: Vec<_> = (0..9).map(|n| app.token(&format!("t{n}"), &[])).collect();
        for sort in ["created", "-name"] {
            let mut seen = Vec::new();
            let mut next = String::new();
            for pages in 0.. {
                assert!(pages < 20, "pages without an end");
                let page = app.admin.get(&format!("/api/v1/tokens?limit=2&sort={sort}{next}")).expect(200).json();
                seen.extend(
                    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
                );
                let Some(cursor) = page["next"].as_str() else { break };
                next = format!("&cursor={cursor}");
                // What was seen goes away or gets another name, and something new comes.
                if pages == 0 {
                    let last = seen.last().unwrap();
                    let shown = app.admin.get(&format!("/api/v1/tokens/{last}")).expect(200).json();
                    let version = shown["version"].as_u64().unwrap();
                    let path = format!("/api/v1/tokens/{last}");
                    let _ = app.admin.patch(&path, version, &json!({"description": "changed"})).expect(200);
                    let _ = app.token("t4 more", &[]);
                }
            }
            let each: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(each.len(), seen.len(), "{sort}: nothing twice");
            assert!(tokens.iter().all(|token| seen.contains(&token.id)), "{sort}: nothing lost");
        }
    });
}
