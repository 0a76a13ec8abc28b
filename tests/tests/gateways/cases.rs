//! What holds for every gateway that asks Tokenward with each call.

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use token_testkit::Answer;

use crate::application::Seen;
use crate::caller::{Call, STRANGER};
use crate::relay::Relay;
use crate::world::{NO_CREDENTIALS, World};

/// Fields with which gateways tell Tokenward what they were asked, or which some program takes for such.
const ELSEWHERE: &[(&str, &str)] = &[
    ("X-Forwarded-Uri", "/assets/1"),
    ("X-Forwarded-Method", "GET"),
    ("X-Original-URI", "/assets/1"),
    ("X-Original-Method", "GET"),
    ("X-Original-URL", "/assets/1"),
    ("X-Rewrite-URL", "/assets/1"),
    ("X-Forwarded-Path", "/assets/1"),
    ("X-Forwarded-Prefix", "/assets"),
    ("X-Envoy-Original-Path", "/assets/1"),
    ("X-HTTP-Method-Override", "GET"),
];

/// Fields for the application, which are no matter of Tokenward's though some gateways send them along.
const FOR_OTHERS: &[(&str, &str)] = &[
    ("Cookie", "__Host-tokenward-session=AAAA; theirs=1"),
    ("Origin", "https://elsewhere.example"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Accept", "image/png"),
    ("Content-Type", "text/plain"),
    ("If-None-Match", "\"theirs\""),
    ("Idempotency-Key", "theirs"),
    ("Upgrade", "websocket"),
];

/// Other ways to say `/admin/1`, or something that the application might take for it.
const SPELLINGS: &[&str] = &[
    "/admin/1",
    "/ADMIN/1",
    "/assets/../admin/1",
    "/assets/x/../../admin/1",
    "/assets/./1",
    "/assets/..",
    "/assets//1",
    "//assets/1",
    "//admin/1",
    "/assets/%2e%2e/admin/1",
    "/assets/.%2E/admin/1",
    "/assets/%2e%2e%2fadmin/1",
    "/assets/..%2fadmin/1",
    "/assets/..%5cadmin/1",
    "/assets/..\\admin/1",
    "/assets/1%2f2",
    "/%61dmin/1",
    "/assets/1#/../../admin/1",
    "/assets/%00",
    "/assets/%zz",
    "http://assets.example/admin/1",
    "http://assets.example/assets/../admin/1",
    "assets/1",
    "*",
];

/// The call passes, and this is what the application saw of it.
#[track_caller]
fn passes(world: &World, gateway: SocketAddr, call: &Call) -> Seen {
    let answer = call.send(gateway).expect(200);
    let mut seen = world.application.seen();
    assert_eq!(seen.len(), 1, "{call:?}: {answer:?}");
    seen.remove(0)
}

/// The call is refused like this, and the application never heard of it.
#[track_caller]
fn refused(world: &World, gateway: SocketAddr, call: &Call, status: u16) -> Answer {
    let answer = call.send(gateway);
    assert_eq!(answer.status, status, "{call:?}: {answer:?}");
    assert_ne!(answer.header("www-authenticate"), Some(""), "{call:?}");
    assert_eq!(world.application.seen(), [], "{call:?}");
    answer
}

fn challenge(answer: &Answer) -> &str {
    answer.header("www-authenticate").unwrap_or_else(|| panic!("no challenge: {answer:?}"))
}

/// Allowed, no token, expired, revoked a moment ago, lacking permission, and no rule.
pub(crate) fn admits_and_refuses(world: &World, gateway: SocketAddr) {
    let token = world.token("Brücke 7");
    let call = Call::get("/assets/1?q=a%20b&q=%2F&permission=assets:write").bearer(&token.text);
    let seen = passes(world, gateway, &call);
    assert_eq!(seen.target, "/assets/1?q=a%20b&q=%2F&permission=assets:write");
    assert_eq!(seen.values("x-token-id"), [token.id.as_str()]);
    assert_eq!(seen.values("x-token-name"), ["Br%C3%BCcke%207"]);
    assert_eq!(seen.values("x-token-roles"), ["Reader"]);
    assert_eq!(seen.values("authorization"), [""; 0], "the application has no use for the text");
    let seen = passes(world, gateway, &Call::new("PUT", "/notes/1").body("kept whole").bearer(&token.text));
    assert_eq!((seen.method.as_str(), seen.body.as_str()), ("PUT", "kept whole"));
    let seen = passes(world, gateway, &Call::new("HEAD", "/assets/1").bearer(&token.text));
    assert_eq!(seen.method, "HEAD");

    let seen =
        passes(world, gateway, &FOR_OTHERS.iter().fold(call.clone(), |call, (name, value)| call.with(name, value)));
    assert_eq!(seen.values("cookie"), ["__Host-tokenward-session=AAAA; theirs=1"]);

    let answer = refused(world, gateway, &Call::get("/assets/1"), 401);
    assert_eq!(challenge(&answer), NO_CREDENTIALS);
    let answer = refused(world, gateway, &Call::get("/assets/1").bearer("garbage"), 401);
    assert!(challenge(&answer).contains("error=\"invalid_token\""), "{answer:?}");

    let answer = refused(world, gateway, &Call::new("POST", "/assets/1").body("{}").bearer(&token.text), 403);
    assert!(challenge(&answer).contains("error=\"insufficient_scope\""), "{answer:?}");
    assert!(challenge(&answer).contains("scope=\"assets:write\""), "{answer:?}");
    let _ = refused(world, gateway, &Call::get("/elsewhere").bearer(&token.text), 403);
    let _ = refused(world, gateway, &Call::new("DELETE", "/assets/1").bearer(&token.text), 403);

    world.revoke(&token);
    let answer = refused(world, gateway, &call, 401);
    assert!(challenge(&answer).contains("error=\"invalid_token\""), "{answer:?}");

    let token = world.token_with("short", &json!({"expires_at": "2030-03-17T17:46:50Z"}));
    let call = Call::get("/assets/1").bearer(&token.text);
    let _ = passes(world, gateway, &call);
    world.pass(10);
    let answer = refused(world, gateway, &call, 401);
    assert!(challenge(&answer).contains("error=\"invalid_token\""), "{answer:?}");
}

/// No field of a client changes who calls, what is asked for, or where the call comes from.
pub(crate) fn believes_no_field(world: &World, gateway: SocketAddr) {
    let token = world.token("true");
    let call = Call::get("/assets/1").bearer(&token.text);
    for name in ["X-Token-Id", "x-token-id", "X_Token_Id", "X-Token_Id", "X_Token-Id"] {
        let roles = name.replace("Id", "Roles").replace("id", "roles");
        let forged = call.clone().with(name, "forged").with(name, "forged too").with(&roles, "admin");
        let seen = passes(world, gateway, &forged);
        assert_eq!(seen.values("x-token-id"), [token.id.as_str()], "{name}");
        assert_eq!(seen.values("x-token-roles"), ["Reader"], "{name}");
    }
    // A client may name the fields that only the next program shall see.
    let hop = "X-Token-Id, X-Token-Roles, X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-For, Authorization";
    let answer = call.clone().with("X-Token-Id", "forged").with("Connection", hop).send(gateway);
    let seen = world.application.seen();
    let told: Vec<&str> = seen.iter().flat_map(|seen| seen.values("x-token-id")).collect();
    assert!(told.is_empty() || told == [token.id.as_str()], "{answer:?} {seen:?}");

    for (name, value) in ELSEWHERE {
        let _ = refused(world, gateway, &Call::get("/admin/1").bearer(&token.text).with(name, value), 403);
        let post = Call::new("POST", "/assets/1").bearer(&token.text).with(name, value);
        let _ = refused(world, gateway, &post, 403);
    }
    let all =
        ELSEWHERE.iter().fold(Call::get("/admin/1").bearer(&token.text), |call, (name, value)| call.with(name, value));
    let answer = all.with("Connection", hop).send(gateway);
    assert!([400, 401, 403].contains(&answer.status), "{answer:?}");
    assert_eq!(world.application.seen(), []);
    let asked = Call::get("/admin/1?permission=assets:read").bearer(&token.text);
    let _ = refused(world, gateway, &asked, 403);

    let bound = |network: &str| world.token_with("bound", &json!({"allowed_networks": [network]})).text;
    let (here, elsewhere) = (bound(&STRANGER.to_string()), bound("198.51.100.7"));
    let of_gateway = Call::get("/assets/1").bearer(&bound("127.0.0.1"));
    let _ = refused(world, gateway, &of_gateway, 401);
    let _ = refused(world, gateway, &of_gateway.with("Connection", "X-Forwarded-For"), 401);
    for (name, value) in [
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-For", "198.51.100.7, 127.0.0.1"),
        ("Forwarded", "for=198.51.100.7"),
        ("X-Real-IP", "198.51.100.7"),
        ("X-Client-IP", "198.51.100.7"),
    ] {
        let call = Call::get("/assets/1").with(name, value);
        let _ = passes(world, gateway, &call.clone().bearer(&here));
        let _ = refused(world, gateway, &call.bearer(&elsewhere), 401);
    }
}

/// A gateway that asks for `assets:read` whatever the request is, without rules.
pub(crate) fn asks_for_one_permission(world: &World, gateway: SocketAddr) {
    let token = world.token("one");
    let seen = passes(world, gateway, &Call::get("/elsewhere?permission=other:thing").bearer(&token.text));
    assert_eq!(seen.target, "/elsewhere?permission=other:thing");
    assert_eq!(seen.values("x-token-id"), [token.id.as_str()]);
    let nobody = world.token_with("without roles", &json!({"roles": []}));
    for target in ["/elsewhere", "/elsewhere?permission=tokens:show"] {
        let answer = refused(world, gateway, &Call::get(target).bearer(&nobody.text), 403);
        assert!(challenge(&answer).contains("scope=\"assets:read\""), "{answer:?}");
    }
    let _ = refused(world, gateway, &Call::get("/elsewhere"), 401);
}

/// A gateway that asks with the query of the client lets nobody choose what is asked.
pub(crate) fn takes_no_question_of_a_client(world: &World, gateway: SocketAddr) {
    let token = world.token("asks");
    let _ = passes(world, gateway, &Call::get("/assets/1").bearer(&token.text));
    for target in ["/admin/1?permission=assets:read", "/admin/1?permission=assets%3Aread", "/assets/1?q"] {
        let _ = refused(world, gateway, &Call::get(target).bearer(&token.text), 400);
    }
}

/// Who is no gateway is told nothing, whatever it sends.
pub(crate) fn answers_no_stranger(world: &World) {
    let token = world.token("direct");
    let direct = |from: Ipv4Addr| {
        let call = Call::get("/authz").from(from).bearer(&token.text).with("X-Forwarded-Method", "GET");
        call.with("X-Forwarded-Uri", "/assets/1").send(world.tokenward()).status
    };
    assert_eq!(direct(Ipv4Addr::LOCALHOST), 200);
    assert_eq!(direct(STRANGER), 403);
}

/// Nothing reaches the application by another spelling than the one that was judged.
pub(crate) fn refuses_spellings(world: &World, gateway: SocketAddr) {
    let token = world.token("spells");
    for target in SPELLINGS {
        let answer = Call::get(target).bearer(&token.text).try_send(gateway);
        let seen = world.application.seen();
        assert_eq!(seen, [], "{target}: {answer:?}");
        let status = answer.as_ref().map_or(400, |answer| answer.status);
        assert!((400..500).contains(&status), "{target}: {answer:?}");
    }
    // Two of them are for nobody to choose from.
    let twice = Call::get("/assets/1").bearer("garbage").bearer(&token.text).send(gateway);
    assert_ne!(twice.status, 200, "{twice:?}");
    assert_eq!(world.application.seen(), []);
}

/// Calls share connections to Tokenward, at most so many; and where it says nothing, or is gone, no call passes.
pub(crate) fn stands_without_tokenward(world: &mut World, relay: &Relay, gateway: SocketAddr, connections: usize) {
    let token = world.token("often");
    let call = Call::get("/assets/1").bearer(&token.text);
    let before = relay.connections();
    for _ in 0..20 {
        let _ = passes(world, gateway, &call);
    }
    let opened = relay.connections() - before;
    assert!(opened <= connections, "{opened} connections for 20 calls");
    relay.fall_silent();
    no_server(world, gateway, &call);
    world.server.kill();
    no_server(world, gateway, &call);
}

#[track_caller]
fn no_server(world: &World, gateway: SocketAddr, call: &Call) {
    let answer = call.send(gateway);
    assert!((500..600).contains(&answer.status), "{answer:?}");
    assert_eq!(world.application.seen(), [], "{answer:?}");
}
