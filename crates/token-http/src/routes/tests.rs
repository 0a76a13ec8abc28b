use super::*;

#[test]
fn no_row_stands_twice_and_few_are_public() {
    let rows: Vec<_> = routes().map(|(verb, path, _)| (verb, path)).collect();
    for (index, row) in rows.iter().enumerate() {
        assert!(!rows[..index].contains(row), "{row:?}");
    }
    let public: Vec<_> = routes().filter(|(_, _, need)| **need == Public).map(|(_, path, _)| path).collect();
    let expected = [
        "/api/v1/session",
        "/api/v1/setup",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/api/openapi.json",
        "/api/docs",
        "/api/docs/",
        "/api/docs/{file}",
        "/problems",
        "/problems/{name}",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    assert_eq!(public, expected);
    let for_anybody: Vec<_> = routes().filter(|(_, _, need)| **need == Caller).map(|(_, path, _)| path).collect();
    let expected = ["/api/v1/tokens/bulk", "/api/v1/whoami", "/oauth2/revoke"];
    assert_eq!(for_anybody, expected, "bulk asks what its action needs, and everybody may end their own token");
}

#[test]
fn x01_whoever_waits_for_nobody_is_a_guard_that_follows_or_only_asks() {
    let silent: Vec<_> = ROUTES.iter().filter(|route| route.waits == Waits::ForNobody).collect();
    let rows: Vec<_> = silent.iter().map(|route| (route.path, &route.need)).collect();
    let (follows, asks) = (may(rights::GUARDS_FOLLOW), may(rights::TOKENS_INTROSPECT));
    let expected = [
        ("/api/v1/guard/sync", &follows),
        ("/api/v1/guard/usage", &follows),
        ("/api/v1/guard/leave", &follows),
        ("/oauth2/introspect", &asks),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn oauth_clients_are_accepted_at_their_endpoints_alone() {
    for (path, rows) in RESOURCES.iter() {
        let expected = if path.starts_with("/oauth2/") { Accepts::Clients } else { Accepts::TokenOrSession };
        assert!(rows.iter().all(|route| route.accepts == expected), "{path}");
    }
}

#[test]
fn head_is_admitted_like_get_and_other_methods_are_not_known() {
    let rows = &RESOURCES["/api/v1/tokens/{id}"];
    assert_eq!(need(rows, &Method::HEAD), Some(&may(rights::TOKENS_READ)));
    assert_eq!(need(rows, &Method::PATCH), Some(&may(rights::TOKENS_UPDATE)));
    for method in [Method::PUT, Method::POST, Method::OPTIONS, Method::TRACE] {
        assert_eq!(need(rows, &method), None, "{method}");
    }
    assert_eq!(need(rows, &Method::from_bytes(b"get").unwrap()), None, "methods are case-sensitive");
}
