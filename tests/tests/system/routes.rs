//! Every route and what each caller is answered there, written down in `routes/golden.txt`: rows and router are
//! compared as sets, statuses one by one.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use token_http::Need;
use token_testkit::{Client, on_each_database};

use crate::app::{App, Made};

/// A line for each route: method, path, what a caller needs, and the statuses in the order of [`CALLERS`].
const GOLDEN: &str = include_str!("routes/golden.txt");

/// Nothing; a text that is none; tokens that ended in each way; a good one without roles; one with exactly the needed
/// permission; one that may do everything.
const CALLERS: [&str; 8] = ["anonymous", "malformed", "expired", "revoked", "deleted", "powerless", "needed", "admin"];

/// Any second; the token that expires does so ten later.
const START: i64 = 1_900_000_000;

fn needed(need: &Need) -> &str {
    match need {
        Need::Public => "-",
        Need::Caller => "*",
        Need::Token => "token",
        Need::Session => "session",
        Need::Permission(permission) => permission.as_str(),
    }
}

/// The rows of the file, without its heading.
fn rows() -> Vec<Vec<&'static str>> {
    let lines = GOLDEN.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// The row of one route.
pub(crate) fn row(verb: token_http::Verb, path: &str) -> Vec<&'static str> {
    rows().into_iter().find(|row| row[..2] == [verb.as_str(), path]).unwrap_or_default()
}

#[test]
fn atk_n01_rows_and_router_are_the_same_set() {
    let written: BTreeSet<Vec<&str>> = rows().iter().map(|row| row[..3].to_vec()).collect();
    let router: BTreeSet<Vec<&str>> =
        token_http::routes().map(|(verb, path, need)| vec![verb.as_str(), path, needed(need)]).collect();
    let without_row: Vec<_> = router.difference(&written).collect();
    let without_route: Vec<_> = written.difference(&router).collect();
    assert!(without_row.is_empty(), "routes without a row in routes/golden.txt: {without_row:?}");
    assert!(without_route.is_empty(), "rows without a route: {without_route:?}");
    assert_eq!(rows().len(), router.len(), "a row stands twice");
    assert!(rows().iter().all(|row| row.len() == 3 + CALLERS.len()), "a row has a status for each caller");
}

/// Somebody for each name of [`CALLERS`].
fn caller(app: &App, expired: &Made, name: &str, need: &Need) -> Client {
    let powerless = || app.token("powerless", &[]);
    match name {
        "anonymous" => app.server.client(),
        "malformed" => app.server.client().bearer("a.b.c"),
        "expired" => app.as_token(expired),
        "revoked" => {
            let token = powerless();
            let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
            app.as_token(&token)
        }
        "deleted" => {
            let token = powerless();
            let _ = app.admin.delete(&format!("/api/v1/tokens/{}", token.id)).expect(204);
            app.as_token(&token)
        }
        "needed" => {
            let rules = match need {
                Need::Permission(permission) => vec![format!("allow {permission}")],
                Need::Public | Need::Caller | Need::Token | Need::Session => Vec::new(),
            };
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            let role = app.role(&fresh_name(app), &rules);
            app.as_token(&app.token("needed", &[&role]))
        }
        "powerless" => app.as_token(&powerless()),
        "admin" => app.admin.clone(),
        other => unreachable!("{other}"),
    }
}

/// A name that nothing has yet: how long the log is.
pub(crate) fn fresh_name(app: &App) -> String {
    let page = app.admin.get("/api/v1/events?limit=1").expect(200).json();
    format!("n{}", page["items"][0]["seq"])
}

/// One good call of a route, on a thing of its own.
pub(crate) fn call(app: &App, client: &Client, method: &str, route: &str) -> u16 {
    if route.starts_with("/oauth2/") {
        // About no text at all: nothing ends.
        let client = client.with("Content-Type", "application/x-www-form-urlencoded");
        return client.request(method, route, Some("token=x")).status;
    }
    let id = match route {
        _ if route.starts_with("/api/v1/roles") => app.role(&fresh_name(app), &[]),
        _ if route.starts_with("/api/v1/users") => app.user(&fresh_name(app), &json!({})),
        _ => app.token("t", &[]).id,
    };
    let mut path = route.replace("{id}", &id).replace("{name}", "not-found").replace("{file}", "start.js");
    if route.contains("{kid}") {
        let key = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json();
        path = route.replace("{kid}", key["kid"].as_str().unwrap());
    }
    path += match route {
        "/api/v1/tokens/{id}/explain" | "/authz" => "?permission=a:b",
        "/api/v1/routes/check" => "?method=GET&path=/",
        _ => "",
    };
    let body = match (method, route) {
        ("POST", "/api/v1/tokens" | "/api/v1/roles") => json!({"name": fresh_name(app)}),
        ("POST", "/api/v1/users") => json!({"username": fresh_name(app)}),
        ("PATCH", "/api/v1/users/{id}") => json!({"display_name": "changed"}),
        ("POST", "/api/v1/tokens/bulk") => json!({"ids": [id], "action": "revoke"}),
        ("POST", "/api/v1/tokens/{id}/rotate") => json!({"old_ends": "now"}),
        ("POST", "/api/v1/keys/rotate") => json!({"now": true}),
        ("POST", "/api/v1/keys/import") => json!({"pem": crate::keys::new_pem(), "now": true}),
        ("POST", "/api/v1/guard/sync") => {
            json!({"nonce": "0".repeat(32), "epoch": "0".repeat(32), "seq": 0, "digest": "0".repeat(64)})
        }
        ("POST", "/api/v1/guard/first-use") => json!({"token": id, "jti": id}),
        ("POST", "/api/v1/guard/usage") => json!({"usage": [{"token": id, "admitted": 1}]}),
        ("POST", "/api/v1/guard/leave") => json!({"node": "0".repeat(32)}),
        ("PUT", "/api/v1/routes") => json!({"rules": []}),
        ("PATCH", _) => json!({"description": "changed"}),
        ("POST", _) => json!({}),
        _ => Value::Null,
    };
    let body = (body != Value::Null).then(|| body.to_string());
    // Nobody has saved route rules yet.
    let version = if route == "/api/v1/routes" { "\"0\"" } else { "\"1\"" };
    client.with("If-Match", version).request(method, &path, body.as_deref()).status
}

#[test]
fn atk_n01_p03_each_caller_is_answered_as_written_on_each_route() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let expired = app.token_with(&json!({"name": "ends", "expires_at": "2030-03-17T17:46:50Z"}));
        app.set_clock(START + 10);
        for (verb, route, need) in token_http::routes() {
            let row = rows().into_iter().find(|row| row[..2] == [verb.as_str(), route]).unwrap_or_default();
            let statuses: Vec<String> = CALLERS
                .iter()
                .map(|name| call(&app, &caller(&app, &expired, name, need), verb.as_str(), route).to_string())
                .collect();
            let line = format!("{verb} {route} {} {}", needed(need), statuses.join(" "));
            assert_eq!(line.split_whitespace().collect::<Vec<_>>(), row, "{CALLERS:?}");
        }
    });
}

#[test]
fn s36_the_missing_permission_is_named_on_each_route() {
    on_each_database(|database| {
        let app = App::start(database);
        let powerless = app.as_token(&app.token("powerless", &[]));
        let id = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        for (verb, route, need) in token_http::routes() {
            let Need::Permission(permission) = need else { continue };
            let body = matches!(verb.as_str(), "POST" | "PATCH").then_some("{");
            let refused =
                powerless.request(verb.as_str(), &route.replace("{id}", id).replace("{kid}", "k"), body).expect(403);
            let challenge = refused.header("www-authenticate").unwrap();
            assert!(challenge.contains("error=\"insufficient_scope\""), "{verb} {route}: {challenge}");
            assert!(challenge.ends_with(&format!("scope=\"{permission}\"")), "{verb} {route}: {challenge}");
            assert!(refused.json()["detail"].as_str().unwrap().contains(permission.as_str()), "{verb} {route}");
        }
    });
}
