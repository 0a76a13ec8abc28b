//! Traefik and Envoy cannot be installed here: requests of the form they document, from where a gateway is.

use std::net::Ipv4Addr;

use serde_json::json;
use token_testkit::Answer;

use crate::caller::{Call, STRANGER};
use crate::world::{NO_CREDENTIALS, World};

/// As Traefik's `forwardAuth` asks about a request.
fn traefik(method: &str, uri: &str) -> Call {
    let call = Call::get("/authz").from(Ipv4Addr::LOCALHOST).with("User-Agent", "Go-http-client/1.1");
    let call = call.with("X-Forwarded-For", "127.0.0.2").with("X-Forwarded-Host", "assets.example");
    let call = call.with("X-Forwarded-Method", method).with("X-Forwarded-Port", "443");
    let call = call.with("X-Forwarded-Proto", "https").with("X-Forwarded-Server", "gateway");
    call.with("X-Forwarded-Uri", uri).with("X-Real-Ip", "127.0.0.2").with("Accept-Encoding", "gzip")
}

/// As Envoy's `ext_authz` over HTTP asks about a request, with `path_prefix: /authz`.
fn envoy(method: &str, uri: &str) -> Call {
    let call = Call::new(method, &format!("/authz{uri}")).from(Ipv4Addr::LOCALHOST);
    let call = call.with("content-length", "0").with("x-envoy-internal", "true");
    call.with("x-forwarded-for", "127.0.0.2").with("x-envoy-expected-rq-timeout-ms", "2000")
}

/// The fields of an answer in order, without those that differ each time.
fn fields(answer: &Answer) -> Vec<String> {
    let length = if answer.text.is_empty() { "" } else { "content-length" };
    let differs = |name: &str| ["date", "x-request-id", length].contains(&name);
    let kept = answer.headers.iter().filter(|(name, _)| !differs(name));
    let mut lines: Vec<String> = kept.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    lines
}

fn with_each(world: &World, test: impl Fn(&World, fn(&str, &str) -> Call)) {
    for asks in [traefik, envoy] {
        test(world, asks);
    }
}

#[test]
fn requests_of_the_form_of_traefik_and_envoy_are_answered_as_they_need_it() {
    let world = World::new();
    let token = world.token("documented");
    with_each(&world, |world, asks| {
        let at = world.tokenward();
        let send = |method: &str, uri: &str| asks(method, uri).bearer(&token.text).send(at);
        let passed = send("GET", "/assets/1?q=%2F");
        assert_eq!((passed.status, passed.text.as_str()), (200, ""), "{passed:?}");
        let id = format!("x-token-id: {}", token.id);
        let expected = [
            "cache-control: no-store",
            "connection: close",
            "content-length: 0",
            &id,
            "x-token-name: documented",
            "x-token-roles: Reader",
        ];
        assert_eq!(fields(&passed), expected);
        let none = asks("GET", "/assets/1").send(at);
        assert_eq!((none.status, none.header("www-authenticate")), (401, Some(NO_CREDENTIALS)));
        let expected = [
            "cache-control: no-store",
            "connection: close",
            "content-security-policy: default-src 'none'; frame-ancestors 'none'",
            "content-type: application/problem+json",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
            "referrer-policy: no-referrer",
            "www-authenticate: Bearer realm=\"tokenward\"",
            "x-content-type-options: nosniff",
        ];
        assert_eq!(fields(&none), expected);
        assert_eq!(none.json()["type"], "/problems/credentials-required");
        let missing = send("POST", "/assets/1");
        assert_eq!(missing.status, 403);
        assert!(missing.header("www-authenticate").unwrap().contains("scope=\"assets:write\""));
        for (method, uri) in [("GET", "/elsewhere"), ("GET", "/admin/1"), ("GET", "/admin/1?permission=assets:read")] {
            assert_eq!(send(method, uri).status, 403, "{method} {uri}");
        }
        for uri in ["/assets/../admin/1", "//assets/1", "/assets//1", "/assets/%2e%2e/admin/1", "/assets/1%2f2"] {
            let status = send("GET", uri).status;
            assert!([400, 403, 404].contains(&status), "{uri}: {status}");
        }
    });
    world.revoke(&token);
    with_each(&world, |world, asks| {
        assert_eq!(asks("GET", "/assets/1").bearer(&token.text).send(world.tokenward()).status, 401);
    });
}

/// What an answer says of who calls.
fn told(answer: &Answer) -> Vec<(&str, &str)> {
    let fields = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut told: Vec<_> = fields.filter(|(name, _)| name.starts_with("x-token-")).collect();
    told.sort_unstable();
    told
}

#[test]
fn requests_of_the_form_of_traefik_and_envoy_with_an_expired_token_are_refused_from_that_second_on() {
    let world = World::new();
    let token = world.token_with("short", &json!({"expires_at": "2030-03-17T17:46:50Z"}));
    let answers = |asks: fn(&str, &str) -> Call| asks("GET", "/assets/1").bearer(&token.text).send(world.tokenward());
    world.pass(9);
    for asks in [traefik, envoy] {
        let passed = answers(asks).expect(200);
        assert!(told(&passed).contains(&("x-token-id", token.id.as_str())), "{passed:?}");
    }
    world.pass(10);
    for asks in [traefik, envoy] {
        let refused = answers(asks).expect(401);
        assert!(refused.header("www-authenticate").unwrap().contains("error=\"invalid_token\""), "{refused:?}");
        assert!(told(&refused).is_empty(), "{refused:?}");
    }
}

#[test]
fn atk_w06_w07_what_a_client_says_of_who_it_is_comes_back_in_no_answer() {
    let world = World::new();
    let (token, other) = (world.token("true"), world.token("other"));
    let forged = |call: Call| {
        let names = ["X-Token-Id", "x-token-id", "X-Token-Name", "X-Token-Roles", "X-Token-Roles"];
        names.iter().fold(call, |call, name| call.with(name, "forged")).with("X-Token-Id", &other.id)
    };
    with_each(&world, |world, asks| {
        let at = world.tokenward();
        let passed = forged(asks("GET", "/assets/1").bearer(&token.text)).send(at).expect(200);
        let expected = [("x-token-id", token.id.as_str()), ("x-token-name", "true"), ("x-token-roles", "Reader")];
        assert_eq!(told(&passed), expected);
        let missing = forged(asks("POST", "/assets/1").bearer(&token.text)).send(at).expect(403);
        let unknown = forged(asks("GET", "/assets/1").bearer("garbage")).send(at).expect(401);
        let nobody = forged(asks("GET", "/assets/1")).send(at).expect(401);
        for refused in [missing, unknown, nobody] {
            assert!(told(&refused).is_empty(), "{refused:?}");
            assert!(!refused.text.contains("forged") && !refused.text.contains(&other.id), "{refused:?}");
        }
    });
}

#[test]
fn atk_w07_a_stranger_in_the_place_of_a_gateway_is_believed_neither_call_nor_address() {
    let world = World::new();
    let bound = |network: &str| world.token_with("bound", &json!({"allowed_networks": [network]})).text;
    let (here, elsewhere) = (bound(&STRANGER.to_string()), bound("198.51.100.7"));
    with_each(&world, |world, asks| {
        let at = world.tokenward();
        // The fields of the form name this address already; here they come from it, too.
        let _ = asks("GET", "/assets/1").bearer(&here).send(at).expect(200);
        for (name, value) in [
            ("X-Forwarded-For", "198.51.100.7"),
            ("X-Forwarded-For", "198.51.100.7, 127.0.0.1"),
            ("Forwarded", "for=198.51.100.7"),
            ("X-Real-Ip", "198.51.100.7"),
        ] {
            let call = asks("GET", "/assets/1").from(STRANGER).with(name, value);
            let refused = call.clone().bearer(&here).send(at).expect(403);
            assert!(told(&refused).is_empty(), "{name}: what it says of a call is not believed");
            let refused = call.bearer(&elsewhere).send(at).expect(401);
            assert!(told(&refused).is_empty(), "{name}: what it says of an address is not believed");
        }
    });
}

#[test]
fn atk_w07_who_is_no_gateway_is_told_nothing() {
    crate::cases::answers_no_stranger(&World::new());
}
