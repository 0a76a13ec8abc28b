//! A server in process over a store that answers nothing but lists: what is told before any use case runs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "world/ports.rs"]
mod ports;

use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Bytes;
use token_http::{Need, app, routes};

use ports::{ADMIN, NOBODY, World};

/// Status, header fields and body of one call.
struct Answer {
    status: u16,
    headers: header::HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn field(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn problem(&self) -> String {
        let problem = self.json();
        // OAuth clients read nothing but JSON by its own name.
        let kind = if problem["error"].is_null() { "application/problem+json" } else { "application/json" };
        assert_eq!(self.field("content-type"), kind);
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem["request_id"], self.field("x-request-id"));
        problem["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    }
}

async fn call(world: &World, request: TestRequest) -> Answer {
    let service = init_service(app(Arc::clone(&world.state))).await;
    let response = call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: to_bytes(response.into_body()).await.unwrap() }
}

fn request(method: &str, path: &str) -> TestRequest {
    TestRequest::default().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path)
}

fn json(request: TestRequest, body: &'static str) -> TestRequest {
    request.insert_header(("content-type", "application/json")).set_payload(body)
}

#[actix_web::test]
async fn every_answer_has_an_id_and_the_same_fields() {
    let world = World::new();
    let client_id = ("x-request-id", "forged");
    for (path, status) in [("/healthz", 200), ("/nowhere", 404), ("/api/v1/whoami", 401), ("/readyz", 200)] {
        let answer = call(&world, request("GET", path).insert_header(client_id)).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.field("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.field("x-content-type-options"), "nosniff");
        assert_eq!(answer.field("referrer-policy"), "no-referrer");
        assert_eq!(answer.field("cache-control"), "no-store");
        assert_eq!(answer.field("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.field("cross-origin-resource-policy"), "same-origin");
    }
}

#[actix_web::test]
async fn every_guarded_route_refuses_before_it_looks_at_anything_else() {
    let world = World::new();
    for (verb, path, need) in routes().filter(|(_, _, need)| **need != Need::Public) {
        let path = path.replace("{id}", "no-id").replace("{kid}", "k");
        let bare = call(&world, request(verb.as_str(), &path).set_payload("{")).await;
        assert_eq!((bare.status, bare.problem()), (401, "credentials-required".to_owned()), "{verb} {path}");
        assert_eq!(bare.field("www-authenticate"), "Bearer realm=\"tokenward\"");
        let bad = request(verb.as_str(), &path).insert_header(("authorization", "Bearer a.b.c"));
        assert_eq!(call(&world, bad).await.problem(), "invalid-token", "{verb} {path}");
        if let Need::Permission(permission) = need {
            let lacking = request(verb.as_str(), &format!("{path}?x=%")).insert_header(world.bearer(NOBODY));
            let lacking = call(&world, lacking.set_payload("{")).await;
            assert_eq!((lacking.status, lacking.problem()), (403, "insufficient-scope".to_owned()), "{verb} {path}");
            assert!(lacking.field("www-authenticate").ends_with(&format!("scope=\"{permission}\"")));
        }
    }
}

#[actix_web::test]
async fn atk_b09_b12_b15_only_one_authorization_field_counts() {
    let world = World::new();
    let whoami = || request("GET", "/api/v1/whoami");
    let twice = whoami().append_header(world.bearer(ADMIN)).append_header(world.bearer(ADMIN));
    assert_eq!(call(&world, twice).await.status, 400);
    for name in ["x-api-key", "x-authorization", "proxy-authorization", "x-forwarded-authorization", "cookie"] {
        let elsewhere = whoami().insert_header((name, world.bearer(ADMIN).1));
        assert_eq!(call(&world, elsewhere).await.status, 401, "{name}");
    }
    let in_query = format!("/api/v1/whoami?access_token={}", world.text(ADMIN));
    assert_eq!(call(&world, request("GET", &in_query)).await.status, 401);
    let public = request("GET", "/healthz").insert_header(("authorization", "Bearer x"));
    assert_eq!(call(&world, public).await.status, 200, "public routes look at no credential");
}

#[actix_web::test]
async fn atk_a25_other_methods_are_405_and_head_is_get() {
    let world = World::new();
    for (method, path, allow) in [
        ("PUT", "/api/v1/tokens/x", "GET, HEAD, PATCH, DELETE"),
        ("OPTIONS", "/api/v1/tokens", "GET, HEAD, POST"),
        ("TRACE", "/healthz", "GET, HEAD"),
        ("GET", "/api/v1/tokens/x/revoke", "POST"),
        ("get", "/healthz", "GET, HEAD"),
    ] {
        let tricked = request(method, path).insert_header(("x-http-method-override", "DELETE"));
        let answer = call(&world, tricked.insert_header(world.bearer(ADMIN))).await;
        assert_eq!((answer.status, answer.field("allow")), (405, allow), "{method} {path}");
    }
    assert_eq!(call(&world, request("HEAD", "/healthz")).await.status, 200);
    assert_eq!(call(&world, request("HEAD", "/api/v1/whoami")).await.status, 401);
}

#[actix_web::test]
async fn atk_w05_no_other_spelling_of_a_path_is_a_route() {
    let world = World::new();
    for path in [
        "//api/v1/whoami",
        "/api/v1/whoami/",
        "/api/v1/./whoami",
        "/api/v1/WHOAMI",
        "/api/v1/whoami;x",
        "/api/v1%2fwhoami",
    ] {
        let answer = call(&world, request("GET", path).insert_header(world.bearer(ADMIN))).await;
        assert_eq!((answer.status, answer.problem()), (404, "not-found".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn atk_a21_what_cannot_be_an_id_is_404() {
    let world = World::new();
    for id in [
        "0",
        "-1",
        "9223372036854775808",
        "%00",
        "%7B0192f3c1-7a52-7c11-8d4e-0242ac120002%7D",
        "0192F3C1-7A52-7C11-8D4E-0242AC120002",
    ] {
        let answer =
            call(&world, request("GET", &format!("/api/v1/tokens/{id}")).insert_header(world.bearer(ADMIN))).await;
        assert_eq!(answer.status, 404, "{id}");
    }
}

#[actix_web::test]
async fn bodies_are_judged_in_order_before_the_store_is_asked() {
    let world = World::new();
    let post = || request("POST", "/api/v1/roles").insert_header(world.bearer(ADMIN));
    let long: &'static str = String::leak(format!("{{\"name\":\"{}\"}}", "x".repeat(65 * 1_024)));
    for (request, status, problem) in [
        (post().set_payload("{}"), 415, "unsupported-media-type"),
        (post().insert_header(("content-type", "text/plain")).set_payload("{}"), 415, "unsupported-media-type"),
        (json(post(), ""), 400, "malformed-body"),
        (json(post(), "[]"), 400, "malformed-body"),
        (json(post(), "{\"name\":1}"), 400, "invalid-fields"),
        (json(post(), "{\"name\":\"x\",\"id\":1}"), 400, "invalid-fields"),
        (json(post(), long), 413, "body-too-large"),
        (json(post(), "{\"name\":\"x\"}"), 503, "unavailable"),
        (json(post(), "{\"name\":\"\"}"), 503, "unavailable"),
    ] {
        let answer = call(&world, request).await;
        assert_eq!((answer.status, answer.problem()), (status, problem.to_owned()));
        assert_eq!(answer.field("retry-after"), if status == 503 { "1" } else { "" });
    }
}

#[actix_web::test]
async fn revoke_and_reveal_need_no_body() {
    let world = World::new();
    for path in ["revoke", "reveal"] {
        let uri = format!("/api/v1/tokens/{}/{path}", world.id(NOBODY));
        let post = || request("POST", &uri).insert_header(world.bearer(ADMIN));
        // The store is away, or this node cannot sign: the use case ran.
        assert_eq!(call(&world, post()).await.status, 503, "{path}");
        assert_eq!(call(&world, json(post(), "")).await.status, 503, "{path}");
        assert_eq!(call(&world, post().set_payload("{}")).await.status, 415, "{path}");
        assert_eq!(call(&world, json(post(), "[]")).await.status, 400, "{path}");
    }
}

#[actix_web::test]
async fn atk_a16_if_match_is_read_before_the_body() {
    let world = World::new();
    let uri = format!("/api/v1/tokens/{}", world.id(NOBODY));
    for tag in ["*", "W/\"1\"", "\"1\", \"2\""] {
        let patch = request("PATCH", &uri).insert_header(world.bearer(ADMIN)).insert_header(("if-match", tag));
        assert_eq!(call(&world, json(patch, "{")).await.problem(), "invalid-if-match", "{tag}");
    }
}

#[actix_web::test]
async fn whoami_tells_roles_and_rules() {
    let world = World::new();
    let me = call(&world, request("GET", "/api/v1/whoami").insert_header(world.bearer(ADMIN))).await;
    assert_eq!(me.status, 200);
    let me = me.json();
    assert_eq!((me["kind"].as_str(), me["name"].as_str()), (Some("token"), Some(ADMIN)));
    assert_eq!(me["roles"][0]["name"], "admin");
    assert_eq!(me["permissions"][0]["permission"], "*:*");
    assert_eq!(me["permissions"][1]["permission"], "assets:read", "the implicit role is among the rules");
    let nobody = call(&world, request("GET", "/api/v1/whoami").insert_header(world.bearer(NOBODY))).await.json();
    assert_eq!(nobody["roles"], serde_json::json!([]), "the implicit role is not among the roles");
}

#[actix_web::test]
async fn p02_cursors_lead_on_and_fit_one_list() {
    let world = World::new();
    let get = |uri: &str, who| request("GET", uri).insert_header(world.bearer(who));
    let first = call(&world, get("/api/v1/tokens?name=a&limit=1", ADMIN)).await;
    assert_eq!(first.status, 200);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(call(&world, get(&format!("/api/v1/tokens?limit=9&name=a&cursor={next}"), ADMIN)).await.status, 200);
    for other in [
        format!("/api/v1/tokens?name=b&cursor={next}"),
        format!("/api/v1/tokens?cursor={next}"),
        format!("/api/v1/tokens?name=a&cursor={next}A"),
        format!("/api/v1/roles?name=a&cursor={next}"),
        "/api/v1/tokens?sort=last_used".to_owned(),
        "/api/v1/tokens?state=ACTIVE".to_owned(),
    ] {
        let answer = call(&world, get(&other, ADMIN)).await;
        assert_eq!((answer.status, answer.problem()), (400, "invalid-query".to_owned()), "{other}");
        assert!(answer.json()["errors"][0]["pointer"].as_str().unwrap().starts_with('?'));
    }
}

#[actix_web::test]
async fn keys_are_published_and_cached() {
    let world = World::new();
    let keys = call(&world, request("GET", "/.well-known/jwks.json")).await;
    assert_eq!((keys.status, keys.field("content-type")), (200, "application/json"));
    assert!(keys.field("cache-control").contains("max-age=300"));
    assert_eq!(keys.json()["keys"][0]["alg"], "EdDSA");
    let again = request("GET", "/.well-known/jwks.json").insert_header(("if-none-match", keys.field("etag")));
    assert_eq!(call(&world, again).await.status, StatusCode::NOT_MODIFIED.as_u16());
}

#[actix_web::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let world = World::panicking();
    for uri in ["/readyz", "/api/v1/events/verify"] {
        let answer = call(&world, request("GET", uri).insert_header(world.bearer(ADMIN))).await;
        assert_eq!((answer.status, answer.problem()), (500, "internal-error".to_owned()), "{uri}");
        assert_eq!(answer.json().get("detail"), None);
    }
}

#[actix_web::test]
async fn a_head_is_bounded() {
    let world = World::new();
    let big = request("GET", "/healthz").insert_header(("x-padding", "x".repeat(16 * 1_024)));
    assert_eq!(call(&world, big).await.problem(), "head-too-large");
}
