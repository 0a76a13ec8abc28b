//! The routes with fake callers: the real layer, the real extractors, and tokens that a test ends as it likes.

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use token_guard::test_support::{TestGuard, TestToken};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service as _;

use super::*;
use crate::store::OwnStore;

const LIST: (&str, &str) = ("GET", "/assets");

/// The service behind a guard whose tokens are fake.
struct World {
    fake: TestGuard,
    app: Router,
    runtime: Runtime,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    challenge: String,
    body: String,
}

impl World {
    fn new() -> Self {
        let fake = TestGuard::new();
        let desk = Desk::open(OwnStore::default(), fake.clock(), fake.guard()).unwrap();
        let app = router(fake.guard(), fake.clock(), Arc::new(desk));
        Self { fake, app, runtime: Builder::new_current_thread().enable_all().build().unwrap() }
    }

    fn call(&self, route: (&str, &str), token: Option<&TestToken>) -> Answer {
        self.call_from("192.0.2.1", route, token)
    }

    /// What a caller at this address is answered.
    fn call_from(&self, peer: &str, (method, path): (&str, &str), token: Option<&TestToken>) -> Answer {
        let peer = SocketAddr::from((peer.parse::<IpAddr>().unwrap(), 4_711));
        let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(peer));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token.bearer());
        }
        let request = request.body(Body::from("a name")).unwrap();
        self.runtime.block_on(async {
            let response = self.app.clone().call(request).await.unwrap();
            let challenge = response.headers().get(header::WWW_AUTHENTICATE).cloned();
            let challenge = challenge.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), 4_096).await.unwrap();
            Answer { status, challenge, body: String::from_utf8(body.to_vec()).unwrap() }
        })
    }
}

#[test]
fn s36_whoever_may_see_assets_sees_them_and_makes_no_tokens() {
    let world = World::new();
    let reader = world.fake.token("reader", &["allow assets:read"]);
    let seen = world.call(LIST, Some(&reader));
    assert_eq!((seen.status, seen.body.as_str()), (200, "the assets, for reader\n"));
    let made = world.call(("POST", "/tokens"), Some(&reader));
    assert!(made.status == 403 && made.challenge.ends_with("scope=\"tokens:create\""), "{made:?}");
    let keeper = world.fake.token("keeper", &["allow tokens:create"]);
    assert_eq!(world.call(("POST", "/tokens"), Some(&keeper)).status, 200);
    assert_eq!(world.call(("GET", "/healthz"), None).status, 204);
}

#[test]
fn s35_nobody_and_those_who_have_ended_are_answered_401() {
    let world = World::new();
    let [revoked, expired] = ["one", "other"].map(|name| world.fake.token(name, &["allow *:*"]));
    world.fake.revoke(&revoked);
    world.fake.expire(&expired);
    assert_eq!(world.call(LIST, None).challenge, "Bearer realm=\"tokenward\"");
    for (token, why) in [(&revoked, "the token is revoked"), (&expired, "the token is expired")] {
        let answer = world.call(LIST, Some(token));
        assert!(answer.status == 401 && answer.challenge.contains(why), "{answer:?}");
    }
}

#[test]
fn a_token_that_is_bound_to_networks_counts_from_the_peer() {
    let world = World::new();
    let placed = world.fake.token("placed", &["allow assets:read"]);
    world.fake.allow_from(&placed, &["10.0.0.0/8"]);
    assert_eq!(world.call_from("10.1.2.3", LIST, Some(&placed)).status, 200);
    assert_eq!(world.call_from("192.0.2.1", LIST, Some(&placed)).status, 401);
}

#[test]
fn p11_without_the_log_nobody_passes() {
    let world = World::new();
    let reader = world.fake.token("reader", &["allow assets:read"]);
    assert_eq!(world.call(LIST, Some(&reader)).status, 200);
    world.fake.lose_log();
    assert_eq!(world.call(LIST, Some(&reader)).status, 503);
    world.fake.find_log();
    assert_eq!(world.call(LIST, Some(&reader)).status, 200);
}
