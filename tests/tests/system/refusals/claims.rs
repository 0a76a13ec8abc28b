//! JWT claims: class C. No other payload passes, whoever signs it.

use serde_json::json;
use token_testkit::on_each_database;

use super::hand::Hand;

/// Other values of a claim.
fn others(name: &str, right: &str) -> Vec<String> {
    let kinds = ["null", "true", "[]", "{}", "\"\"", "0", "-1", "1.5", "[null]"].map(str::to_owned).to_vec();
    let bare = right.trim_matches('"');
    let own: Vec<String> = match name {
        "exp" => {
            let next = bare.parse::<i64>().unwrap() + 1;
            let words = [
                "1",
                "NaN",
                "Infinity",
                "1e999",
                "1e300",
                "9007199254740992",
                "9223372036854775808",
                "18446744073709551616",
            ];
            let spelled = [
                format!("\"{bare}\""),
                format!("{bare}.0"),
                format!("{bare}e0"),
                format!("+{bare}"),
                format!("0{bare}"),
                next.to_string(),
                "9".repeat(400),
            ];
            words.map(str::to_owned).into_iter().chain(spelled).collect()
        }
        "iat" => [format!("\"{bare}\""), "1e17".to_owned(), "9999999999".to_owned(), format!("{bare}.0")].to_vec(),
        "iss" | "aud" => [
            format!("[{right}]"),
            format!("[\"x\",{right}]"),
            format!("\"{bare}/\""),
            format!("\" {bare}\""),
            format!("\"{}\"", bare.to_uppercase()),
            "\"*\"".to_owned(),
            format!("\"{}\"", &bare[..bare.len() - 1]),
        ]
        .to_vec(),
        _ => [
            format!("[{right}]"),
            format!("\"{}\"", bare.to_uppercase()),
            format!("\"{bare}\\u0000\""),
            "\"%\"".to_owned(),
            "\"_\"".to_owned(),
            "{\"$ne\":null}".to_owned(),
            "\"0192f3c1-7a52-7c11-8d4e-0242ac120002\"".to_owned(),
            format!("\"{}\"", "5".repeat(1_500)),
            format!("\"{bare} \""),
        ]
        .to_vec(),
    };
    kinds.into_iter().chain(own).collect()
}

/// The members of the payload as they are written: name and value.
fn members(payload: &str) -> Vec<(String, String)> {
    let inner = payload.trim_start_matches('{').trim_end_matches('}');
    let member = |member: &str| {
        let (name, value) = member.split_once("\":").unwrap();
        (name.trim_start_matches('"').to_owned(), value.to_owned())
    };
    inner.split(",\"").map(member).collect()
}

fn written(members: &[(String, String)]) -> String {
    let texts: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", texts.join(","))
}

#[test]
fn p07_atk_c01_c13_every_other_claim_is_refused_alike_also_truly_signed() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, good) = (hand.header(), members(&hand.payload()));
        assert_eq!(written(&good), hand.payload());
        for at in 0..good.len() {
            let (name, right) = &good[at];
            for other in others(name, right) {
                let mut altered = good.clone();
                altered[at].1 = other;
                let altered = written(&altered);
                hand.refused_thrice(header.as_bytes(), altered.as_bytes(), &altered);
            }
            let mut missing = good.clone();
            missing.remove(at);
            hand.refused_thrice(header.as_bytes(), written(&missing).as_bytes(), &format!("without {name}"));
            for twice in [format!("\"{name}\":{right}"), format!("\"{name}\":1")] {
                let altered = hand.payload().replacen('{', &format!("{{{twice},"), 1);
                hand.refused_thrice(header.as_bytes(), altered.as_bytes(), &altered);
            }
        }
    });
}

#[test]
fn p07_atk_c08_c15_c16_c17_every_added_claim_is_refused_alike_also_truly_signed() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, payload) = (hand.header(), hand.payload());
        for added in [
            "\"nbf\":1",
            "\"nbf\":9999999999",
            "\"nbf\":\"x\"",
            "\"nbf\":null",
            "\"roles\":[\"admin\"]",
            "\"scope\":\"tokens:read\"",
            "\"permissions\":[\"*:*\"]",
            "\"admin\":true",
            "\"tenant\":\"x\"",
            "\"unknown\":1",
            "\"__proto__\":{}",
        ] {
            for altered in [
                payload.replacen('{', &format!("{{{added},"), 1),
                format!("{},{added}}}", payload.trim_end_matches('}')),
            ] {
                hand.refused_thrice(header.as_bytes(), altered.as_bytes(), &altered);
            }
        }
    });
}

#[test]
fn p07_atk_c18_c19_c20_no_other_spelling_of_the_payload_passes_also_truly_signed() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let (header, payload, mut members) = (hand.header(), hand.payload(), members(&hand.payload()));
        members.reverse();
        let values: Vec<&str> = members.iter().map(|(_, value)| value.as_str()).collect();
        let odd = ["{}", "[]", "null", "\"x\"", "", "5", "{", "NaN"].map(str::to_owned);
        for altered in odd.into_iter().chain([
            written(&members),
            format!("[{}]", values.join(",")),
            format!("{payload} "),
            format!(" {payload}"),
            payload.replace(':', ": "),
            format!("{payload}{payload}"),
            payload.replace("sub", "\\u0073ub"),
            payload.replace("\"sub\"", "\"SUB\""),
            payload.replace('/', "\\/"),
        ]) {
            hand.refused_thrice(header.as_bytes(), altered.as_bytes(), &altered);
        }
    });
}

#[test]
fn p07_atk_c21_c22_c24_what_others_issue_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let foreign = Hand::new(token_testkit::Database::fresh(token_testkit::Kind::Sqlite));
        // The same key, the same issuer text: still not a token of this installation.
        assert_eq!(foreign.claim("iss"), hand.claim("iss"));
        hand.refused(&foreign.token.text, "another installation");
        hand.refused(&foreign.app.admin_text, "another installation, another key");
        let cursor =
            hand.app.admin.get("/api/v1/events?limit=1").expect(200).json()["next"].as_str().unwrap().to_owned();
        hand.refused(&cursor, "a cursor");
        hand.refused(&hand.token.id, "an id");
        hand.refused(hand.claim("jti").as_str().unwrap(), "a jti");
        let id_token =
            json!({"iss": "https://accounts.example", "sub": "1", "aud": "x", "exp": 4_000_000_000_u64}).to_string();
        hand.refused_thrice(br#"{"alg":"RS256","kid":"1","typ":"JWT"}"#, id_token.as_bytes(), "an ID token");
    });
}
