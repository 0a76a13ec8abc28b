//! Every route, and who may call it: rows and router are compared as sets.

use std::collections::BTreeSet;

use token_testkit::{Database, Kind};

use crate::app::App;

/// Method, path, and what a caller needs: `-` nothing, `*` any good token, else a permission.
const ROWS: &[(&str, &str, &str)] = &[
    ("GET", "/.well-known/jwks.json", "-"),
    ("GET", "/healthz", "-"),
    ("GET", "/readyz", "-"),
    ("GET", "/api/v1/whoami", "*"),
    ("GET", "/api/v1/tokens", "tokens:read"),
    ("POST", "/api/v1/tokens", "tokens:create"),
    ("GET", "/api/v1/tokens/{id}", "tokens:read"),
    ("PATCH", "/api/v1/tokens/{id}", "tokens:update"),
    ("DELETE", "/api/v1/tokens/{id}", "tokens:delete"),
    ("POST", "/api/v1/tokens/{id}/revoke", "tokens:revoke"),
    ("POST", "/api/v1/tokens/{id}/reveal", "tokens:show"),
    ("GET", "/api/v1/tokens/{id}/explain", "decisions:explain"),
    ("GET", "/api/v1/roles", "roles:read"),
    ("POST", "/api/v1/roles", "roles:create"),
    ("GET", "/api/v1/roles/{id}", "roles:read"),
    ("PATCH", "/api/v1/roles/{id}", "roles:update"),
    ("DELETE", "/api/v1/roles/{id}", "roles:delete"),
    ("GET", "/api/v1/events", "events:read"),
    ("GET", "/api/v1/events/verify", "events:read"),
];

#[test]
fn n01_rows_and_router_are_the_same_set() {
    let rows: BTreeSet<(String, String)> = ROWS.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
    let router: BTreeSet<(String, String)> =
        token_http::routes().map(|(verb, path, _)| (format!("{verb:?}").to_uppercase(), path.to_owned())).collect();
    assert_eq!(rows, router);
}

#[test]
fn n01_p03_each_route_asks_for_its_permission() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    let powerless = app.as_token(&app.token("powerless", &[]));
    let id = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
    for (method, path, need) in ROWS {
        let path = path.replace("{id}", id);
        let body = if matches!(*method, "POST" | "PATCH") { Some("{}") } else { None };
        let anonymous = app.server.client().request(method, &path, body).status;
        let forged = app.server.client().bearer("a.b.c").request(method, &path, body).status;
        let refused = powerless.request(method, &path, body);
        match *need {
            "-" => assert_eq!((anonymous, refused.status), (200, 200), "{method} {path}"),
            "*" => assert_eq!((anonymous, forged, refused.status), (401, 401, 200), "{method} {path}"),
            permission => {
                assert_eq!((anonymous, forged, refused.status), (401, 401, 403), "{method} {path}");
                assert!(refused.text.contains(permission), "{method} {path}: {}", refused.text);
            }
        }
    }
}
