//! One table of calls for both layers.

use token_guard::test_support::TestGuard;

use crate::calls::Call;

/// Both layers answer the call alike, and with this status; what they say in the challenge.
#[track_caller]
fn both(fake: &TestGuard, call: &Call, status: u16) -> String {
    let (axum, actix) = (call.by_axum(fake), call.by_actix(fake));
    assert_eq!(axum, actix, "{call:?}");
    assert_eq!(axum.status, status, "{call:?}: {axum:?}");
    let field = |name: &str| axum.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    if status != 200 {
        assert_eq!(field("cache-control").as_deref(), Some("no-store"), "{axum:?}");
        assert_eq!(field("content-type").as_deref(), Some("application/problem+json"), "{axum:?}");
        assert_eq!(field("retry-after").is_some(), status == 503, "{axum:?}");
    }
    field("www-authenticate").unwrap_or_default()
}

#[test]
fn s36_x02_a_good_token_passes_and_a_missing_permission_is_named() {
    let fake = TestGuard::new();
    let (reader, nobody) = (fake.token("reader", &["allow assets:read"]), fake.token("nobody", &[]));
    for _ in 0..2 {
        // Cold, then warm.
        assert_eq!(both(&fake, &Call::of(&reader), 200), "");
        assert!(both(&fake, &Call::of(&nobody), 403).ends_with("scope=\"assets:read\""));
    }
}

#[test]
fn atk_b01_b08_what_is_no_bearer_is_refused_by_every_layer() {
    let fake = TestGuard::new();
    let reader = fake.token("reader", &["allow assets:read"]);
    let bare = "Bearer realm=\"tokenward\"";
    assert_eq!(both(&fake, &Call::bare(), 401), bare);
    assert_eq!(both(&fake, &Call::bare().with("authorization", "Basic YTpi"), 401), bare);
    assert!(both(&fake, &Call::of(&reader).with("authorization", &reader.bearer()), 400).contains("invalid_request"));
    for bad in
        ["Bearer", "Bearer a.b.c", &format!("Bearer{}", reader.text()), &format!("Bearer {}", fake.foreign_text())]
    {
        assert!(both(&fake, &Call::bare().with("authorization", bad), 401).contains("invalid_token"), "{bad}");
    }
    // What is meant for the next hop alone is presented to nobody.
    assert_eq!(both(&fake, &Call::of(&reader).with("connection", "close, Authorization"), 401), bare);
}

#[test]
fn s35_x02_every_layer_refuses_who_has_ended() {
    let fake = TestGuard::new();
    let [revoked, expired, deleted] = ["a", "b", "c"].map(|name| fake.token(name, &["allow assets:read"]));
    for token in [&revoked, &expired, &deleted] {
        assert_eq!(both(&fake, &Call::of(token), 200), "");
    }
    fake.revoke(&revoked);
    fake.expire(&expired);
    fake.delete(&deleted);
    for (token, why) in [(&revoked, "is revoked"), (&expired, "is expired"), (&deleted, "is not accepted")] {
        assert!(both(&fake, &Call::of(token), 401).contains(why), "{why}");
    }
}

#[test]
fn p11_without_the_log_every_layer_answers_503() {
    let fake = TestGuard::new();
    let reader = fake.token("reader", &["allow assets:read"]);
    fake.lose_log();
    assert_eq!(both(&fake, &Call::of(&reader), 503), "");
    fake.find_log();
    assert_eq!(both(&fake, &Call::of(&reader), 200), "");
}

#[test]
fn s35_atk_w07_every_layer_believes_its_own_proxies_alone() {
    let fake = TestGuard::new();
    let placed = fake.token("placed", &["allow assets:read"]);
    fake.allow_from(&placed, &["198.51.100.0/24"]);
    let ours: &[&str] = &["10.0.0.0/8", "::1/128"];
    for (trusted, peer, forwarded, status) in [
        (&[][..], "198.51.100.7", None, 200),
        (&[], "203.0.113.9", Some("198.51.100.7"), 401),
        (&[], "10.0.0.1", Some("198.51.100.7"), 401),
        (ours, "10.0.0.1", Some("198.51.100.7"), 200),
        (ours, "::ffff:10.0.0.1", Some("203.0.113.9, 198.51.100.7, 10.0.0.2"), 200),
        (ours, "10.0.0.1", Some("198.51.100.7, 203.0.113.9"), 401),
        (ours, "10.0.0.1", None, 401),
        (ours, "203.0.113.9", Some("198.51.100.7"), 401),
        (ours, "198.51.100.7", Some("203.0.113.9"), 200),
    ] {
        let call = Call::of(&placed).from(peer, trusted);
        let call = forwarded.map_or(call.clone(), |forwarded| call.with("x-forwarded-for", forwarded));
        let _ = both(&fake, &call, status);
    }
}
