//! Allowed networks: which address counts, and what it is compared with.

use serde_json::json;
use token_testkit::{Database, on_each_database};

use crate::app::{App, Made};

/// Behind a proxy on the loopback that is trusted, and one that is not in the list.
fn app(database: Database, trusted: &str) -> App {
    let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", trusted);
    App::with(database, program)
}

fn placed(app: &App, networks: &[&str]) -> Made {
    app.token_with(&json!({"name": "placed", "allowed_networks": networks}))
}

/// What a call is answered that the proxy says came from there.
fn from(app: &App, token: &Made, forwarded: &[&str]) -> u16 {
    let client = app.as_token(token);
    forwarded.iter().fold(client, |client, field| client.with("X-Forwarded-For", field)).get("/api/v1/whoami").status
}

#[test]
fn s35_a_call_counts_from_the_address_a_trusted_proxy_names() {
    on_each_database(|database| {
        let app = app(database, "127.0.0.0/8");
        // Networks, what the proxy says, and whether the call passes.
        let rows: &[(&[&str], &[&str], bool)] = &[
            (&["198.51.100.0/24"], &["198.51.100.0"], true),
            (&["198.51.100.0/24"], &["198.51.100.255"], true),
            (&["198.51.100.0/24"], &["198.51.99.255"], false),
            (&["198.51.100.0/24"], &["198.51.101.0"], false),
            (&["198.51.100.7"], &["198.51.100.7"], true),
            (&["198.51.100.7"], &["198.51.100.8"], false),
            (&["0.0.0.0/0"], &["203.0.113.9"], true),
            (&["0.0.0.0/0"], &["2001:db8::1"], false),
            (&["::/0"], &["2001:db8::1"], true),
            (&["::/0"], &["203.0.113.9"], false),
            (&["2001:db8::/32"], &["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], true),
            (&["2001:db8::/32"], &["2001:db9::"], false),
            (&["2001:db8::/32"], &["[2001:db8::1]:443"], true),
            // An address of the old kind in the new spelling is the old one.
            (&["198.51.100.0/24"], &["::ffff:198.51.100.7"], true),
            (&["198.51.100.0/24"], &["::ffff:c633:6407"], true),
            (&["198.51.100.0/24"], &["::ffff:203.0.113.9"], false),
            (&["198.51.100.0/24", "2001:db8::/32"], &["2001:db8::1"], true),
            // Only the last address that is no proxy counts: what stands before it a stranger wrote.
            (&["198.51.100.0/24"], &["198.51.100.7, 203.0.113.9"], false),
            (&["198.51.100.0/24"], &["198.51.100.7", "203.0.113.9"], false),
            (&["198.51.100.0/24"], &["203.0.113.9, 198.51.100.7"], true),
            (&["198.51.100.0/24"], &["203.0.113.9, 198.51.100.7, 127.0.0.9"], true),
            // Nothing said, or nothing that is an address: the proxy itself.
            (&["198.51.100.0/24"], &[], false),
            (&["198.51.100.0/24"], &["unknown"], false),
            (&["198.51.100.0/24"], &["198.51.100.7, nonsense"], false),
            (&["127.0.0.1"], &[], true),
        ];
        for (networks, forwarded, passes) in rows {
            let token = placed(&app, networks);
            let expected = if *passes { 200 } else { 401 };
            assert_eq!(from(&app, &token, forwarded), expected, "{networks:?} {forwarded:?}");
        }
    });
}

#[test]
fn atk_w07_s35_a_stranger_cannot_say_where_a_call_comes_from() {
    on_each_database(|database| {
        // The peer of this test is 127.0.0.1, which is no proxy here.
        let app = app(database, "10.0.0.0/8");
        let (elsewhere, here) = (placed(&app, &["198.51.100.0/24"]), placed(&app, &["127.0.0.1", "::1"]));
        for forwarded in [&["198.51.100.7"][..], &["198.51.100.7, 10.0.0.1"], &["10.0.0.1", "198.51.100.7"], &[]] {
            assert_eq!(from(&app, &elsewhere, forwarded), 401, "{forwarded:?}");
            assert_eq!(from(&app, &here, forwarded), 200, "{forwarded:?}");
        }
        let client = app.as_token(&elsewhere);
        for field in ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"] {
            let value = if field == "Forwarded" { "for=198.51.100.7" } else { "198.51.100.7" };
            assert_eq!(client.with(field, value).get("/api/v1/whoami").status, 401, "{field}");
        }
        let refused = client.get("/api/v1/whoami").expect(401);
        assert!(refused.header("www-authenticate").unwrap().contains("address"), "the reason is named");
    });
}
