//! Lists of route rules that are none.

use serde_json::{Value, json};

use super::super::world::CANARY;
use super::Bad;

/// One good rule but for this member.
fn rule(name: &str, value: &Value) -> Value {
    let mut rule = json!({"method": "GET", "path": "/a", "permission": "a:b"});
    rule[name] = value.clone();
    json!([rule])
}

pub(super) fn no_routes() -> Vec<Bad> {
    let items = [json!([5]), json!([null]), json!([[CANARY]]), json!([CANARY]), json!(["GET /a a:b"])];
    let mut bad: Vec<Bad> = items.map(|item| (item, "/0")).to_vec();
    for value in [json!(5), json!(null), json!(true), json!([]), json!({"a": CANARY})] {
        for (name, place) in [("method", "/0/method"), ("path", "/0/path"), ("permission", "/0/permission")] {
            bad.push((rule(name, &value), place));
        }
    }
    bad.push((rule("order", &json!(1)), "/0/order"));
    bad.push((rule(CANARY, &json!(1)), "/0"));
    bad
}

pub(super) fn bad_routes() -> Vec<Bad> {
    let methods = ["", "get", "GET ", "PROPFIND", "**", CANARY, "GET\u{0}"];
    let long = format!("/{}", "a".repeat(1_024));
    let deep = "/a".repeat(33);
    let paths = [
        ["", "a", CANARY, "*", "**", "//", "/a//b", "/.", "/..", "/a/../b", "/%2e%2e"].as_slice(),
        &["/a%2fb", "/a%5cb", "/a\\b", "/a;b", "/a%3b", "/a%00", "/a\u{0}", "/a b", "/a\tb", "/a%0d"],
        &["/a#b", "/a?b", "/a%", "/a%2", "/a%zz", "/a%252e", "/%ff", "/a*", "/**/a", "/***", " /a", "http://x/a"],
        &[&long, &deep],
    ];
    let permissions = ["", "a", "a:*", "*:*", "A:b", "a:b:c", " a:b", "a.*:b"];
    let one = |name: &'static str, place: &'static str| move |value: &str| (rule(name, &json!(value)), place);
    let mut bad: Vec<Bad> = methods.into_iter().map(one("method", "/0/method")).collect();
    bad.extend(paths.concat().into_iter().map(one("path", "/0/path")));
    bad.extend(permissions.into_iter().map(one("permission", "/0/permission")));
    let same = json!({"method": "GET", "path": "/a", "permission": "a:b"});
    let spelled = json!({"method": "GET", "path": "/%61", "permission": "c:d"});
    bad.push((json!([same, spelled]), "/1/path"));
    bad
}
