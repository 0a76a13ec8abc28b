//! The published keys, asked for oddly.

use std::collections::BTreeSet;

use serde_json::json;
use token_testkit::on_each_database;

use super::NOON;
use crate::app::App;

const KEYS: &str = "/.well-known/jwks.json";

#[test]
fn atk_i09_only_public_members_of_keys_that_may_still_verify_are_shown() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let rotate = |body: &serde_json::Value| {
            let made = app.admin.post("/api/v1/keys/rotate", body).expect(200).json();
            made["kid"].as_str().unwrap().to_owned()
        };
        let withdrawn = rotate(&json!({"now": true}));
        let pem = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-rsa-2048.pem");
        let _ = app.program.run(&["key", "import", "--now", pem]).ok();
        let _ = rotate(&json!({"now": true, "algorithm": "ES256"}));
        let next = rotate(&json!({}));
        let _ = app.admin.post(&format!("/api/v1/keys/{withdrawn}/withdraw"), &json!({})).expect(200);
        let answer = app.server.client().get(KEYS).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        assert!(answer.header("etag").is_some());
        let set = answer.json();
        let keys = set["keys"].as_array().unwrap();
        let kids: BTreeSet<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(
            (kids.len(), kids.contains(next.as_str())),
            (4, true),
            "the first, RSA, ES256, and the one that waits"
        );
        assert!(!kids.contains(withdrawn.as_str()) && !answer.text.contains(&withdrawn));
        for key in keys {
            let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
            let expected: &[&str] = match key["alg"].as_str().unwrap() {
                "EdDSA" => &["alg", "crv", "kid", "kty", "use", "x"],
                "ES256" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                _ => &["alg", "e", "kid", "kty", "n", "use"],
            };
            assert_eq!((members.as_slice(), key["use"].as_str()), (expected, Some("sig")), "{key}");
        }
        assert_eq!(set.as_object().unwrap().len(), 1);
    });
}

#[test]
fn atk_i09_whoever_has_the_keys_is_told_so_and_how_long_they_are_good() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let anybody = app.server.client();
        let known = |field: &str| anybody.with("If-None-Match", field).get(KEYS);
        let first = anybody.get(KEYS).expect(200);
        let etag = first.header("etag").unwrap();
        for field in [etag, &format!("W/{etag}"), &format!("\"x\", {etag}"), "*"] {
            let same = known(field).expect(304);
            assert_eq!((same.text.as_str(), same.header("content-type")), ("", None), "{field}");
            for name in ["etag", "cache-control"] {
                assert_eq!(same.header(name), first.header(name), "{name} for {field}");
            }
        }
        for field in ["\"x\"", "", etag.trim_matches('"'), &etag.to_lowercase()] {
            assert_eq!(known(field).expect(200).text, first.text, "{field}");
        }
        // With another key it is another set, and whoever has the old one learns of it.
        let _ = app.admin.post("/api/v1/keys/rotate", &json!({})).expect(200);
        let second = known(etag).expect(200);
        assert_ne!(second.header("etag"), Some(etag));
        assert_eq!(second.json()["keys"].as_array().unwrap().len(), 2);
        let _ = known(second.header("etag").unwrap()).expect(304);
    });
}

#[test]
fn atk_i10_no_query_method_or_path_makes_them_anything_else() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let anybody = app.server.client();
        let keys = anybody.get(KEYS).expect(200).text;
        for query in ["?", "?x=1", "?kid=../../etc/passwd", "?callback=alert", "?%00"] {
            assert_eq!(anybody.get(&format!("{KEYS}{query}")).expect(200).text, keys, "{query}");
        }
        for range in ["bytes=0-10", "bytes=-1", "bytes=0-,5-"] {
            assert_eq!(anybody.with("Range", range).get(KEYS).expect(200).text, keys, "{range}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let _ = anybody.request(method, KEYS, Some("{}")).expect(405);
        }
        for path in ["/..", "/", "/x", "%00", ".bak", "%2f.."] {
            assert_eq!(anybody.get(&format!("{KEYS}{path}")).status, 404, "{path}");
        }
        for path in [
            "/.well-known/",
            "/.well-known/../jwks.json",
            "/.well-known/JWKS.json",
            "/.well-known/openid-configuration",
        ] {
            assert_eq!(anybody.get(path).status, 404, "{path}");
        }
    });
}
