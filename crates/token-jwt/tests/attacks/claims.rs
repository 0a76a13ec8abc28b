//! Claims altered, once with the old signature and once truly signed with our own key.

use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, VerifyError};

use crate::world::{JTI, SUB, World, encode, payload, token};

/// Refused with the old signature; with a true one refused too, because it is not spelled as we spell it.
fn refused(world: &World, payload: impl AsRef<[u8]>) {
    let [header, _, signature] = world.segments();
    let why = String::from_utf8_lossy(payload.as_ref()).into_owned();
    world.refused(&format!("{header}.{}.{signature}", encode(&payload)), &why);
    let text = world.sign(world.header_json(), &payload);
    let expected = if MAX_TOKEN < text.len() { VerifyError::Size } else { VerifyError::Claims };
    assert_eq!(world.verify(&text).err(), Some(expected), "{why}");
}

/// Spelled well and truly signed, as by a stolen key: a verified text, and not the one that was stored.
fn not_exactly(world: &World, payload: &str) {
    let [header, _, signature] = world.segments();
    world.refused(&format!("{header}.{}.{signature}", encode(payload)), payload);
    let claims = world.verify(&world.sign(world.header_json(), payload)).unwrap();
    assert!(!claims.is_exactly(&world.identity, token(), &world.credential()), "{payload}");
}

#[test]
fn atk_c01_to_c05_exp_of_another_type_or_size() {
    let world = World::new(Algorithm::EdDsa);
    let long = "9".repeat(400);
    for exp in [
        r#""1800000000""#,
        "true",
        "null",
        "[]",
        "{}",
        "[1800000000]",
        "-1",
        "-9223372036854775808",
        "9007199254740993000000",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e300",
        "1e999",
        "NaN",
        "Infinity",
        "01800000000",
        "+1800000000",
        "0x6b49d200",
        "1800000000.",
        "1800000000.0",
        "1800000000.5",
        "1.8e9",
        "253402300800",
        &long,
        "",
    ] {
        refused(&world, payload("1700000000", exp));
    }
}

#[test]
fn atk_c01_c02_c03_c07_c16_other_times_truly_signed_are_not_the_stored_ones() {
    let world = World::new(Algorithm::EdDsa);
    for exp in ["0", "1", "1800000001", "1799999999", "253402300799", "9007199254"] {
        not_exactly(&world, &payload("1700000000", exp));
    }
    for iat in ["0", "1700000001", "1800000001"] {
        not_exactly(&world, &payload(iat, "1800000000"));
    }
    not_exactly(&world, &World::payload_json().replace(r#","exp":1800000000"#, ""));
}

#[test]
fn atk_c06_c08_c15_c16_c17_claims_we_do_not_write() {
    let world = World::new(Algorithm::EdDsa);
    for more in [
        r#""exp":1"#,
        r#""exp":1800000000"#,
        r#""nbf":0"#,
        r#""nbf":9999999999"#,
        r#""nbf":"x""#,
        r#""nbf":1e17"#,
        r#""roles":["admin"]"#,
        r#""scope":"tokens:create""#,
        r#""permissions":["*:*"]"#,
        r#""admin":true"#,
        r#""x":1"#,
    ] {
        let inner = World::payload_json();
        let inner = inner.trim_start_matches('{').trim_end_matches('}');
        refused(&world, format!("{{{inner},{more}}}"));
        refused(&world, format!("{{{more},{inner}}}"));
    }
}

#[test]
fn atk_c09_iat_of_another_type() {
    let world = World::new(Algorithm::EdDsa);
    for iat in [r#""1700000000""#, "null", "true", "1700000000.0", "-1", "01"] {
        refused(&world, payload(iat, "1800000000"));
    }
}

#[test]
fn atk_c10_c11_issuer_and_audience_byte_for_byte() {
    let world = World::new(Algorithm::EdDsa);
    let many = format!("[{}\"assets\"]", "\"x\",".repeat(500));
    for (ours, others) in [
        (
            r#""https://tokens.example""#,
            [
                r#""""#,
                "null",
                "1",
                r#"["https://tokens.example"]"#,
                r#""https://tokens.exampl""#,
                r#""https://tokens.example/""#,
                r#""https://Tokens.example""#,
                r#"" https://tokens.example""#,
            ],
        ),
        (r#""assets""#, [r#""""#, r#""*""#, "1", "null", "[]", r#"["assets"]"#, r#""other""#, &many]),
    ] {
        for other in others {
            refused(&world, World::payload_json().replace(ours, other));
        }
    }
    refused(&world, World::payload_json().replace(r#""iss":"https://tokens.example","#, ""));
    refused(&world, World::payload_json().replace(r#""aud":"assets","#, ""));
}

#[test]
fn atk_c12_c13_ids_of_another_type_or_spelling() {
    let world = World::new(Algorithm::EdDsa);
    let long = format!(r#""{}""#, "x".repeat(2_000));
    for (name, own) in [("sub", SUB), ("jti", JTI)] {
        let member = format!(r#""{name}":"{own}""#);
        for other in [
            "null",
            "1",
            "[]",
            r#"{"$ne":null}"#,
            r#""""#,
            r#""%""#,
            r#""_""#,
            &format!(r#""{}""#, own.to_uppercase()),
            &format!(r#""{own}\u0000""#),
            &format!(r#""{own} ""#),
            &format!(r#""{}""#, own.replace('a', "\u{430}")),
            &format!(r#"["{own}"]"#),
            &long,
        ] {
            refused(&world, World::payload_json().replace(&member, &format!(r#""{name}":{other}"#)));
        }
        refused(&world, World::payload_json().replace(&format!("{member},"), ""));
        not_exactly(&world, &World::payload_json().replace(own, "0192f3c1-7a52-7c11-8d4e-0242ac120009"));
    }
}

#[test]
fn atk_c18_c19_c20_e08_other_spellings_of_the_same_claims() {
    let world = World::new(Algorithm::EdDsa);
    let own = World::payload_json();
    let utf16: Vec<u8> = own.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bad in [
        own.replace(':', ": "),
        own.replace(',', ", "),
        format!(" {own}"),
        format!("{own} "),
        format!("{own}{own}"),
        format!("{own}\0"),
        format!("\u{feff}{own}"),
        own.replace(r#""iss""#, r#""\u0069ss""#),
        own.replace("https://", r"https:\/\/"),
        own.replace("assets", r"\u0061ssets"),
        own.replace('"', "'"),
        format!(r#"{{"aud":"assets","iss":"https://tokens.example","sub":"{SUB}","jti":"{JTI}","iat":1,"exp":2}}"#),
        format!(r#"[1800000000,0,"{SUB}","https://tokens.example","assets"]"#),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        r#""x""#.to_owned(),
        "[".repeat(2_000),
    ] {
        refused(&world, bad);
    }
    refused(&world, utf16);
    refused(&world, b"{\"iss\":\"\xc0\xae\"}");
    refused(&world, b"\xed\xa0\x80");
}

#[test]
fn atk_c21_another_installation_with_the_same_names() {
    let (ours, theirs) = (World::new(Algorithm::EdDsa), World::new(Algorithm::EdDsa));
    assert_eq!(ours.identity, theirs.identity);
    assert_eq!(ours.verify(theirs.issue().expose()).err(), Some(VerifyError::UnknownHeader));
}
