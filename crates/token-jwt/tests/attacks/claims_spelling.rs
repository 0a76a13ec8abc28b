//! The same claims in other spellings, and payloads that are no claims at all.

use token_jwt::VerifyError;

use crate::members::quoted;
use crate::world::{JTI, SUB, claims, encode, on_each};

#[test]
fn atk_c18_the_same_claims_written_again() {
    on_each(|world| {
        let own = claims().to_string();
        let value: serde_json::Value = serde_json::from_str(&own).unwrap();
        for payload in [
            // Sorted by name, as a common library writes them; and for people.
            serde_json::to_string(&value).unwrap(),
            serde_json::to_string_pretty(&value).unwrap(),
            own.replace(':', ": "),
            own.replace(',', ", "),
            own.replacen(',', " ,", 1),
            own.replacen('{', "{ ", 1),
            own.replace('}', " }"),
            own.replace('}', ",}"),
            format!(" {own}"),
            format!("{own} "),
            format!("{own}\n"),
            own.replace(r#""iss""#, r#""\u0069ss""#),
            own.replace(r#""exp""#, r#""\u0065xp""#),
            own.replace(r#""exp""#, r#""EXP""#),
            own.replace("https://", r"https:\/\/"),
            own.replace("assets", r"\u0061ssets"),
            own.replace('"', "'"),
        ] {
            world.refuses_payload(payload);
        }
    });
}

#[test]
fn atk_c18_the_same_claims_in_every_other_order() {
    on_each(|world| {
        let orders = claims().other_orders();
        assert_eq!(orders.len(), 719);
        for payload in orders {
            world.refuses_payload(payload);
        }
    });
}

#[test]
fn atk_c19_claims_as_an_array() {
    on_each(|world| {
        let (iss, aud, sub, jti) = (quoted("https://tokens.example"), quoted("assets"), quoted(SUB), quoted(JTI));
        for payload in [
            format!("[1800000000,0,{sub},{iss},{aud}]"),
            format!("[{iss},{aud},{sub},{jti},1700000000,1800000000]"),
            format!("[{iss},{aud},{sub},{jti},1700000000]"),
            format!("[{}]", claims()),
            format!("[{}]", claims().written().join(",").replace(':', ",")),
        ] {
            world.refuses_payload(payload);
        }
    });
}

#[test]
fn atk_c20_payloads_that_are_no_claims() {
    on_each(|world| {
        let own = claims().to_string();
        let (twice, two) = (format!("{own}{own}"), format!("{own}{{}}"));
        for payload in [
            "{}",
            "[]",
            "null",
            "true",
            "0",
            r#""""#,
            r#""x""#,
            "{",
            "}",
            " ",
            "\0",
            &twice,
            &two,
            &format!("{{}}{own}"),
        ] {
            world.refuses_payload(payload);
        }
        let [header, _, signature] = world.segments();
        world.refuses(&format!("{header}..{signature}"), VerifyError::Shape);
        world.refuses(&world.sign(world.header().to_string(), ""), VerifyError::Shape);
        // Every beginning of the good one.
        for end in 1..own.len() {
            world.refuses(&world.sign_segments(header, &encode(own.split_at(end).0)), VerifyError::Claims);
        }
    });
}
