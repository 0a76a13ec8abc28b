//! Headers, every one of them truly signed by our own key: one spelling passes.

use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, VerifyError};

use crate::world::{World, encode, sign};

fn refused(world: &World, header: impl AsRef<[u8]>) {
    let text = world.sign(&header, World::payload_json());
    let expected = if MAX_TOKEN < text.len() { VerifyError::Size } else { VerifyError::UnknownHeader };
    assert_eq!(world.verify(&text).err(), Some(expected), "{}", String::from_utf8_lossy(header.as_ref()));
}

fn with_member(world: &World, member: &str) -> [String; 2] {
    let header = world.header_json();
    let inner = header.trim_start_matches('{').trim_end_matches('}');
    [format!("{{{inner},{member}}}"), format!("{{{member},{inner}}}")]
}

#[test]
fn atk_h01_h02_h03_none_in_any_spelling() {
    let world = World::new(Algorithm::EdDsa);
    let [_, payload, signature] = world.segments();
    let mut spellings: Vec<String> = (0..16)
        .map(|bits| {
            let upper = |(at, letter): (usize, char)| {
                if bits >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
            };
            "none".chars().enumerate().map(upper).collect()
        })
        .collect();
    let disguised = ["none ", " none", "none\\u0000", "none\\n", "n\u{43e}ne", "\u{ff4e}one", "no\u{200b}ne"];
    spellings.extend(disguised.map(str::to_owned));
    spellings.push("\\u006eone".to_owned());
    for alg in spellings {
        let header = world.header_json().replace("EdDSA", &alg);
        refused(&world, &header);
        for signature in ["", signature.as_str(), "AA"] {
            world.refused(&format!("{}.{payload}.{signature}", encode(&header)), &alg);
        }
    }
}

#[test]
fn atk_h04_h08_alg_of_another_type_or_name() {
    let world = World::new(Algorithm::EdDsa);
    for alg in [
        "null",
        "1",
        "true",
        "[]",
        r#"["EdDSA"]"#,
        "{}",
        r#""""#,
        r#""ES256""#,
        r#""RS256""#,
        r#""Ed448""#,
        r#""Ed25519""#,
        r#""eddsa""#,
        r#""EdDSA ""#,
        r#""HS256""#,
    ] {
        refused(&world, world.header_json().replace(r#""EdDSA""#, alg));
    }
    refused(&world, world.header_json().replace(r#""alg":"EdDSA","#, ""));
}

#[test]
fn atk_h05_h06_our_public_key_is_no_hmac_secret() {
    for algorithm in Algorithm::ALL {
        let world = World::new(*algorithm);
        let header = encode(world.header_json().replace(algorithm.as_str(), "HS256"));
        let input = format!("{header}.{}", encode(World::payload_json()));
        let issuer = world.identity.issuer.as_str().as_bytes();
        for secret in
            [world.public.public.as_slice(), b"", b"\0", b"secret", world.public.id.as_str().as_bytes(), issuer]
        {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
            let tag = encode(ring::hmac::sign(&key, input.as_bytes()));
            assert_eq!(world.verify(&format!("{input}.{tag}")).err(), Some(VerifyError::UnknownHeader));
            // The tag under the header of our own key.
            let input = format!("{}.{}", encode(world.header_json()), encode(World::payload_json()));
            let tag = encode(ring::hmac::sign(&key, input.as_bytes()));
            assert_eq!(world.verify(&format!("{input}.{tag}")).err(), Some(VerifyError::Signature));
        }
    }
}

#[test]
fn atk_h07_s09_a_foreign_key_under_our_kid() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let (ours, theirs) = (World::new(algorithm), World::new(algorithm));
        let input = format!("{}.{}", encode(ours.header_json()), encode(World::payload_json()));
        let signature = encode(sign(algorithm, theirs.key.private(), input.as_bytes()));
        assert_eq!(ours.verify(&format!("{input}.{signature}")).err(), Some(VerifyError::Signature));
    }
}

#[test]
fn atk_h09_to_h13_keys_and_addresses_in_the_header() {
    let world = World::new(Algorithm::EdDsa);
    let theirs = World::new(Algorithm::EdDsa);
    let jwk = serde_json::to_string(&theirs.ring.jwks().keys[0]).unwrap();
    let long = format!(r#""x5c":[{}]"#, vec!["\"AA\""; 2_000].join(","));
    for member in [
        &format!(r#""jwk":{jwk}"#),
        r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        r#""jwk":{"kty":"oct","k":"AA"}"#,
        r#""jwk":{}"#,
        r#""jwk":[]"#,
        r#""jwk":"x""#,
        r#""jku":"http://127.0.0.1:1/jwks""#,
        r#""jku":"file:///dev/null""#,
        r#""x5u":"http://127.0.0.1:1/""#,
        r#""x5c":["AA"]"#,
        &long,
    ] {
        for header in with_member(&world, member) {
            refused(&world, &header);
            let input = format!("{}.{}", encode(&header), encode(World::payload_json()));
            let signature = encode(sign(Algorithm::EdDsa, theirs.key.private(), input.as_bytes()));
            world.refused(&format!("{input}.{signature}"), member);
        }
    }
}

#[test]
fn atk_h14_to_h17_kid_of_another_type_or_meaning() {
    let world = World::new(Algorithm::EdDsa);
    let own = format!(r#""{}""#, world.public.id);
    let swapped: String = own
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let (long, blank) = (format!(r#""{}""#, "k".repeat(2_500)), format!(r#""{} ""#, world.public.id));
    for kid in [
        "null",
        "1",
        "[]",
        "{}",
        r#""""#,
        &long,
        &blank,
        &swapped,
        r#""/dev/null""#,
        r#""../../dev/null""#,
        r#""file:///dev/null""#,
        r#""%2e%2e%2f""#,
        r#""x' OR '1'='1""#,
        r#""x' UNION SELECT 1--""#,
        r#""${jndi:ldap://127.0.0.1/a}""#,
        r#""{{7*7}}""#,
        r#""\r\nInjected: 1""#,
        r#""<script>""#,
        r#""__proto__""#,
    ] {
        refused(&world, world.header_json().replace(&own, kid));
    }
    refused(&world, world.header_json().replace(&format!(r#""kid":{own},"#), ""));
}

#[test]
fn atk_h18_h19_h23_members_we_do_not_write_even_truly_signed() {
    let world = World::new(Algorithm::EdDsa);
    for member in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""crit":"""#,
        r#""crit":["alg"]"#,
        r#""crit":["b64"],"b64":false"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""zip":"DEF""#,
        r#""enc":"A256GCM""#,
        r#""epk":{}"#,
        r#""p2c":2147483647"#,
        r#""cty":"JWT""#,
        r#""x":1"#,
    ] {
        for header in with_member(&world, member) {
            refused(&world, header);
        }
    }
    // A payload that is not encoded, truly signed (RFC 7797).
    let header = encode(&with_member(&world, r#""b64":false,"crit":["b64"]"#)[0]);
    world.refused(&world.sign_segments(&header, &World::payload_json()), "b64");
}

#[test]
fn atk_h20_h21_typ_in_one_spelling_only() {
    let world = World::new(Algorithm::EdDsa);
    for typ in [
        r#""JWT""#,
        r#""id+jwt""#,
        r#""logout+jwt""#,
        r#""JWE""#,
        "null",
        "1",
        r#""application/api-token+jwt""#,
        r#""API-TOKEN+JWT""#,
        r#""api-token+JWT""#,
        r#""api-token\u002bjwt""#,
    ] {
        refused(&world, world.header_json().replace(r#""api-token+jwt""#, typ));
    }
    refused(&world, world.header_json().replace(r#","typ":"api-token+jwt""#, ""));
}

#[test]
fn atk_h22_a_valid_token_inside_another() {
    let world = World::new(Algorithm::EdDsa);
    let inner = world.issue();
    let header = encode(&with_member(&world, r#""cty":"JWT""#)[0]);
    world.refused(&world.sign_segments(&header, &encode(inner.expose())), "nested, cty");
    let text = world.sign(world.header_json(), inner.expose());
    assert_eq!(world.verify(&text).err(), Some(VerifyError::Claims));
}

#[test]
fn atk_h24_h25_duplicates_other_case_escapes_and_order() {
    let world = World::new(Algorithm::EdDsa);
    let (id, header) = (world.public.id.clone(), world.header_json());
    for member in [r#""alg":"EdDSA""#, r#""alg":"none""#, r#""kid":"x""#, r#""typ":"api-token+jwt""#, r#""ALG":"none""#]
    {
        for header in with_member(&world, member) {
            refused(&world, header);
        }
    }
    refused(&world, header.replace(r#""alg""#, r#""ALG""#));
    refused(&world, header.replace(r#""alg""#, r#""\u0061lg""#));
    refused(&world, header.replace(r#""EdDSA""#, r#""\u0045dDSA""#));
    refused(&world, format!(r#"{{"typ":"api-token+jwt","alg":"EdDSA","kid":"{id}"}}"#));
    refused(&world, format!(r#"{{"kid":"{id}","alg":"EdDSA","typ":"api-token+jwt"}}"#));
}

#[test]
fn atk_h26_h27_e08_e13_e14_headers_that_are_no_object_of_ours() {
    let world = World::new(Algorithm::EdDsa);
    let header = world.header_json();
    let utf16: Vec<u8> = header.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = "[".repeat(2_000);
    for bad in [
        "[]",
        r#""EdDSA""#,
        "1",
        "null",
        "NaN",
        "{}",
        &format!("{header} "),
        &format!(" {header}"),
        &format!("{header}\n"),
        &format!("{header}{header}"),
        &format!("{header}/**/"),
        &format!("\u{feff}{header}"),
        &header.replace('"', "'"),
        &header.replace('}', ",}"),
        &header.replace(':', ": "),
        &deep,
    ] {
        refused(&world, bad);
    }
    refused(&world, utf16);
    refused(&world, b"\xa1\x63alg\x65EdDSA");
    refused(&world, with_member(&world, &format!(r#""n":{}"#, "9".repeat(1_500)))[0].as_str());
}
