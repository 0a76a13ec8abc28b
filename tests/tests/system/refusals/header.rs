//! JWT headers: class H.

use ring::hmac;
use token_testkit::on_each_database;

use super::hand::{Hand, encode};

/// Members of the header instead of the right one, or beside the right ones.
const ALGS: &[&str] = &[
    "\"none\"",
    "\"None\"",
    "\"NONE\"",
    "\"nOnE\"",
    "\"none \"",
    "\"none\\u0000\"",
    "\"none\\n\"",
    "\"n\\u043ene\"",
    "\"\\u006eone\"",
    "\"HS256\"",
    "\"ES256\"",
    "\"RS256\"",
    "\"PS256\"",
    "\"Ed448\"",
    "\"eddsa\"",
    "\"EdDSA \"",
    "null",
    "1",
    "true",
    "[]",
    "[\"EdDSA\"]",
    "{}",
    "\"\"",
];
const KIDS: &[&str] = &[
    "null",
    "5",
    "[]",
    "{}",
    "\"\"",
    "\"/dev/null\"",
    "\"../../dev/null\"",
    "\"file:///etc/passwd\"",
    "\"x\\u0000\"",
    "\"' OR '1'='1\"",
    "\"x' UNION SELECT 1--\"",
    "\"${jndi:ldap://x}\"",
    "\"$(id)\"",
    "\"%s%n\"",
    "\"a\\r\\nb\"",
    "\"__proto__\"",
    "\"<script>\"",
];
const TYPS: &[&str] = &[
    "\"JWT\"",
    "\"id+jwt\"",
    "\"logout+jwt\"",
    "\"JWE\"",
    "\"application/api-token+jwt\"",
    "\"API-TOKEN+JWT\"",
    "\"api-token+jwt \"",
    "null",
    "5",
    "\"\"",
];
const ADDED: &[&str] = &[
    "\"crit\":[]",
    "\"crit\":\"exp\"",
    "\"crit\":[\"exp\"]",
    "\"crit\":[\"alg\"]",
    "\"crit\":[\"b64\"],\"b64\":false",
    "\"b64\":false",
    "\"b64\":true",
    "\"jwk\":{}",
    "\"jwk\":[]",
    "\"jwk\":\"x\"",
    "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
    "\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
    "\"jku\":\"http://127.0.0.1:1/jwks\"",
    "\"x5u\":\"file:///etc/passwd\"",
    "\"x5c\":[\"AAAA\"]",
    "\"x5c\":\"!\"",
    "\"cty\":\"JWT\"",
    "\"zip\":\"DEF\"",
    "\"enc\":\"A256GCM\"",
    "\"epk\":{}",
    "\"p2c\":2147483647",
    "\"unknown\":1",
    "\"alg\":\"EdDSA\"",
    "\"alg\":\"none\"",
    "\"kid\":\"x\"",
    "\"ALG\":\"none\"",
    "\"\\u0061lg\":\"none\"",
];

#[test]
fn p07_atk_h01_h04_h08_h14_h21_every_other_member_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, payload) = (hand.header(), hand.payload());
        let kid = header.split("\"kid\":").nth(1).unwrap().split(',').next().unwrap().to_owned();
        let lower = kid.to_lowercase();
        let blank = format!("{} \"", kid.trim_end_matches('"'));
        let long = format!("\"{}\"", "k".repeat(1_500));
        let kids = KIDS.iter().copied().chain([lower.as_str(), &blank, &long]);
        let rows = ALGS.iter().map(|alg| ("\"EdDSA\"", *alg)).chain(TYPS.iter().map(|typ| ("\"api-token+jwt\"", *typ)));
        for (right, wrong) in rows.chain(kids.map(|wrong| (kid.as_str(), wrong))) {
            let altered = header.replace(right, wrong);
            assert_ne!(altered, header, "{wrong}");
            hand.refused_thrice(altered.as_bytes(), payload.as_bytes(), &altered);
        }
    });
}

#[test]
fn p07_atk_h09_h13_h18_h20_h25_every_added_missing_or_repeated_member_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, payload) = (hand.header(), hand.payload());
        let inner = header.trim_start_matches('{').trim_end_matches('}');
        let mut headers: Vec<String> = Vec::new();
        for added in ADDED {
            headers.extend([format!("{{{inner},{added}}}"), format!("{{{added},{inner}}}")]);
        }
        let members: Vec<&str> = inner.split(',').collect();
        for missing in 0..members.len() {
            let kept: Vec<&str> =
                members.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, m)| *m).collect();
            headers.push(format!("{{{}}}", kept.join(",")));
        }
        let reversed: Vec<&str> = members.iter().rev().copied().collect();
        headers.extend([format!("{{{}}}", reversed.join(",")), format!("{{ {inner}}}"), header.replace("\":", "\": ")]);
        headers.extend([
            header.replace("alg", "\\u0061lg"),
            header.replace("\"alg\"", "\"ALG\""),
            header.replace('"', "'"),
        ]);
        for altered in headers {
            hand.refused_thrice(altered.as_bytes(), payload.as_bytes(), &altered);
        }
    });
}

#[test]
fn p07_atk_h26_h27_a_header_that_is_no_object_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, payload) = (hand.header(), hand.payload());
        let odd = ["[]", "\"x\"", "5", "null", "true", "", "{}", "NaN", "{", "\u{feff}{}", "\0"];
        for altered in odd.map(str::to_owned).into_iter().chain([
            format!("{header}x"),
            format!("{header}{header}"),
            format!(" {header}"),
            format!("{header}/**/"),
            format!("[{header}]"),
            format!("{}{}", header.trim_end_matches('}'), ",}"),
        ]) {
            hand.refused_thrice(altered.as_bytes(), payload.as_bytes(), &altered);
        }
        hand.refused_thrice(b"\xa3\x63alg\x65EdDSA", payload.as_bytes(), "CBOR");
        hand.refused_thrice(b"{\"alg\":\"\xff\"}", payload.as_bytes(), "no UTF-8");
    });
}

#[test]
fn p07_atk_h05_h06_our_public_key_is_no_secret_to_sign_with() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let public = hand.public();
        let (header, payload) = (hand.header(), encode(hand.payload()));
        let jwks = hand.app.server.client().get("/.well-known/jwks.json").expect(200).text;
        let x = encode(&public);
        let kid = hand.header().split("\"kid\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let issuer = hand.claim("iss").as_str().unwrap().to_owned();
        let secrets = [public.as_slice(), x.as_bytes(), jwks.as_bytes(), kid.as_bytes(), issuer.as_bytes()];
        let guesses: [&[u8]; 4] = [b"", b"\0", b"secret", b"tokenward"];
        for secret in secrets.into_iter().chain(guesses) {
            for (alg, kind) in
                [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
            {
                let input = format!("{}.{payload}", encode(header.replace("EdDSA", alg)));
                let tag = hmac::sign(&hmac::Key::new(kind, secret), input.as_bytes());
                hand.refused(&format!("{input}.{}", encode(tag)), alg);
            }
        }
    });
}
