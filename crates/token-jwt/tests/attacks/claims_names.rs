//! `iss`, `aud`, `sub`, `jti`: compared byte for byte, never searched.

use token_core::{Algorithm, Credential, TokenId};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::members::quoted;
use crate::world::{JTI, SUB, World, claims, on_each, token};

const OTHER: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120009";

#[test]
fn atk_c10_iss_byte_for_byte() {
    on_each(|world| {
        for iss in [
            r#""""#,
            "null",
            "1",
            "{}",
            r#"["https://tokens.example"]"#,
            r#""https://tokens.exampl""#,
            r#""https://tokens.example/""#,
            r#""https://tokens.example.evil""#,
            r#""https://Tokens.example""#,
            r#""HTTPS://tokens.example""#,
            r#""http://tokens.example""#,
            r#"" https://tokens.example""#,
            r#""https://tokens.example ""#,
            r#""https:\/\/tokens.example""#,
            r#""https://t\u006fkens.example""#,
        ] {
            world.refuses_payload(claims().with("iss", iss));
        }
        world.refuses_payload(claims().with("iss", &quoted("https://t\u{43e}kens.example")));
        world.refuses_payload(claims().without("iss"));
    });
}

#[test]
fn atk_c11_aud_is_one_string() {
    on_each(|world| {
        let many = format!("[{}\"assets\"]", "\"x\",".repeat(5_000));
        for aud in [
            r#""""#,
            r#""*""#,
            "1",
            "null",
            "true",
            "{}",
            "[]",
            "[null]",
            r#"["assets"]"#,
            r#"["assets","other"]"#,
            r#""other""#,
            r#""Assets""#,
            r#""assets ""#,
            r#""assets,other""#,
            r#""asset""#,
            &many,
        ] {
            world.refuses_payload(claims().with("aud", aud));
        }
        world.refuses_payload(claims().without("aud"));
    });
}

/// What is true of both ids.
fn refuses_other_ids(world: &World, name: &str, own: &str) {
    let list = format!(r#"["{own}"]"#);
    for value in ["null", "0", "1", "true", "[]", &list, "{}", r#"{"$ne":null}"#, r#"{"$gt":""}"#, r#""""#] {
        world.refuses_payload(claims().with(name, value));
    }
    for text in [
        "%".to_owned(),
        "_".to_owned(),
        own.replacen('0', "_", 1),
        own.replacen("0192f3c1", "%", 1),
        "x".repeat(5_000),
        own.to_ascii_uppercase(),
        own.replace('-', ""),
        format!("{{{own}}}"),
        format!("urn:uuid:{own}"),
        format!("{own} "),
        format!(" {own}"),
        format!("{own}\\u0000"),
        format!("{own}\0"),
        own.replacen('f', "f\\u0000", 1),
        // The Cyrillic a, the full-width zero.
        own.replace('a', "\u{430}"),
        own.replacen('0', "\u{ff10}", 1),
        // Not of version 7, not of the variant of RFC 9562.
        own.replace("-7c11-", "-4c11-"),
        own.replace("-8d4e-", "-0d4e-"),
        "00000000-0000-0000-0000-000000000000".to_owned(),
    ] {
        world.refuses_payload(claims().with(name, &quoted(text)));
    }
    world.refuses_payload(claims().without(name));
    world.takes_for_another(&claims().with(name, &quoted(OTHER)));
}

#[test]
fn atk_c12_sub_of_another_type_or_spelling() {
    on_each(|world| refuses_other_ids(world, "sub", SUB));
}

#[test]
fn atk_c13_jti_of_another_type_or_spelling_or_unknown() {
    on_each(|world| refuses_other_ids(world, "jti", JTI));
}

#[test]
fn atk_c14_jti_of_another_live_token() {
    on_each(|world| {
        let theirs: TokenId = OTHER.parse().unwrap();
        let their_credential =
            Credential { id: "0192f3c1-7a52-7c11-8d4e-0242ac120008".parse().unwrap(), ..world.credential() };
        let mixed = claims().with("jti", &quoted(their_credential.id));
        world.takes_for_another(&mixed);
        let claims = world.verify(&world.sign(world.header().to_string(), &mixed)).unwrap();
        assert_eq!((claims.sub(), claims.jti()), (token(), their_credential.id));
        assert!(!claims.is_exactly(&world.identity, theirs, &their_credential));
    });
}

/// Claims that would raise what a token may do.
const RAISED: [&str; 8] = [
    r#""roles":["admin"]"#,
    r#""role":"admin""#,
    r#""scope":"tokens:create tokens:revoke""#,
    r#""scp":["*"]"#,
    r#""permissions":["*:*"]"#,
    r#""admin":true"#,
    r#""is_admin":1"#,
    r#""tenant":"other""#,
];

#[test]
fn atk_c15_raised_rights_with_the_old_signature() {
    on_each(|world| {
        for payload in RAISED.iter().flat_map(|member| claims().and(member)) {
            world.refuses_with_the_old_signature(payload.as_bytes());
        }
    });
}

#[test]
fn atk_c16_raised_rights_truly_signed_by_a_stolen_key() {
    on_each(|world| {
        for payload in RAISED.iter().flat_map(|member| claims().and(member)) {
            world.refuses(&world.sign(world.header().to_string(), payload), VerifyError::Claims);
        }
    });
}

#[test]
fn atk_c17_claims_we_do_not_write() {
    on_each(|world| {
        for member in [
            r#""x":1"#,
            r#""x":null"#,
            r#""":"""#,
            r#""cnf":{}"#,
            r#""azp":"assets""#,
            r#""client_id":"assets""#,
            r#""__proto__":{}"#,
            &format!(r#""sub":"{OTHER}""#),
            &format!(r#""sub":"{SUB}""#),
            &format!(r#""jti":"{JTI}""#),
            r#""iss":"https://tokens.example""#,
            r#""aud":"other""#,
            r#""iat":1700000000"#,
        ] {
            for payload in claims().and(member) {
                world.refuses_payload(payload);
            }
        }
    });
}

#[test]
fn atk_c21_another_installation_of_the_same_names() {
    on_each(|ours| {
        let mut theirs = World::foreign(ours.algorithm());
        assert_eq!(ours.identity, theirs.identity);
        ours.refuses(theirs.text.expose(), VerifyError::UnknownHeader);
        // Even a key that was given the same name there.
        theirs.public.id = ours.public.id.clone();
        let text = theirs.signing().sign(&theirs.input()).unwrap();
        ours.refuses(text.expose(), VerifyError::Signature);
    });
}

#[test]
fn atk_c22_other_secrets_of_ours_are_no_texts() {
    on_each(|world| {
        for secret in ["A".repeat(43), "0".repeat(64), SUB.to_owned(), format!("{SUB}.{}", "A".repeat(43))] {
            world.refuses(&secret, VerifyError::Shape);
        }
    });
}

#[test]
fn atk_c24_an_id_token_of_a_third_party() {
    on_each(|world| {
        let theirs = World::foreign(world.algorithm());
        let id_token = r#"{"iss":"https://idp.example","sub":"248289761001","aud":"assets","nonce":"n-0S6_WzA2Mj","exp":1800000000,"iat":1700000000}"#;
        let header = theirs.header().with("typ", &quoted("JWT"));
        world.refuses(&theirs.sign(&header, id_token), VerifyError::UnknownHeader);
        world.refuses(&theirs.sign(header, claims().to_string()), VerifyError::UnknownHeader);
        world.refuses_header(world.header().with("typ", &quoted("JWT")));
        world.refuses_payload(id_token);
    });
}

#[test]
fn a_key_in_use_for_another_issuer_or_audience_vouches_for_ours_alone() {
    let world = World::new(Algorithm::EdDsa);
    for (issuer, audience) in [("https://tokens.example", "other"), ("https://other.example", "assets")] {
        let mut identity = world.identity.clone();
        (identity.issuer, identity.audience) = (issuer.parse().unwrap(), audience.parse().unwrap());
        let ring = KeyRing::new(std::slice::from_ref(&world.public), Some(&identity)).unwrap();
        let jwt = UnverifiedJwt::parse(world.text.expose(), MAX_TOKEN).unwrap();
        assert_eq!(ring.verify(&jwt), Err(VerifyError::Claims), "{issuer} {audience}");
    }
}
