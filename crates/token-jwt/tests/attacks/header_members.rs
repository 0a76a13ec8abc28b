//! Members of a header that we do not write, or write differently: a true signature over them changes nothing.

use token_jwt::VerifyError;

use crate::members::quoted;
use crate::world::{World, claims, encode, on_each};

fn refuses_each(world: &World, members: &[&str]) {
    for member in members {
        for header in world.header().and(member) {
            world.refuses_header(header);
        }
    }
}

#[test]
fn atk_h18_crit_of_any_kind() {
    on_each(|world| {
        let many = format!(r#""crit":[{}]"#, vec![r#""exp""#; 2_000].join(","));
        refuses_each(
            world,
            &[
                r#""crit":["urn:unknown"],"urn:unknown":1"#,
                r#""crit":[]"#,
                r#""crit":null"#,
                r#""crit":"exp""#,
                r#""crit":["alg"]"#,
                r#""crit":["typ"]"#,
                r#""crit":["exp"]"#,
                r#""crit":["exp"],"exp":1800000000"#,
                r#""crit":["absent"]"#,
                r#""crit":[1]"#,
                r#""crit":{}"#,
                &many,
            ],
        );
    });
}

#[test]
fn atk_h19_a_payload_that_is_not_encoded() {
    on_each(|world| {
        refuses_each(
            world,
            &[
                r#""b64":false"#,
                r#""b64":true"#,
                r#""b64":false,"crit":["b64"]"#,
                r#""b64":true,"crit":["b64"]"#,
                r#""b64":null"#,
            ],
        );
        for member in [r#""b64":false"#, r#""b64":false,"crit":["b64"]"#] {
            for header in world.header().and(member) {
                // Truly signed over the raw bytes (RFC 7797 §3): JSON, and a text of our own alphabet.
                let header = encode(header);
                world.refuses(&world.sign_segments(&header, &claims().to_string()), VerifyError::Shape);
                world.refuses(&world.sign_segments(&header, "raw"), VerifyError::UnknownHeader);
            }
        }
        let own = encode(world.header().to_string());
        world.refuses(&world.sign_segments(&own, &claims().to_string()), VerifyError::Shape);
    });
}

#[test]
fn atk_h20_typ_absent_or_of_another_kind() {
    on_each(|world| {
        for typ in [
            r#""JWT""#,
            r#""jwt""#,
            r#""at+jwt""#,
            r#""id+jwt""#,
            r#""logout+jwt""#,
            r#""JWE""#,
            r#""JOSE""#,
            r#""""#,
            "null",
            "1",
            "true",
            r#"["api-token+jwt"]"#,
        ] {
            world.refuses_header(world.header().with("typ", typ));
        }
        world.refuses_header(world.header().without("typ"));
    });
}

#[test]
fn atk_h21_typ_has_one_spelling() {
    on_each(|world| {
        for typ in [
            "application/api-token+jwt",
            "API-TOKEN+JWT",
            "Api-Token+Jwt",
            "api-token+JWT",
            "api-token+jwt ",
            " api-token+jwt",
            "api-token\\u002bjwt",
            "api-token+jwt; charset=utf-8",
        ] {
            world.refuses_header(world.header().with("typ", &quoted(typ)));
        }
    });
}

#[test]
fn atk_h22_a_valid_text_inside_another() {
    on_each(|world| {
        let inner = world.text.expose();
        let theirs = World::foreign(world.algorithm());
        for header in world.header().and(r#""cty":"JWT""#) {
            world.refuses_header(&header);
            world.refuses(&world.sign(&header, inner), VerifyError::UnknownHeader);
            world.refuses(&theirs.sign(&header, inner), VerifyError::UnknownHeader);
            let none = header.replace(world.algorithm().as_str(), "none");
            world.refuses(&world.sign(&none, inner), VerifyError::UnknownHeader);
            world.refuses(&format!("{}.{}.", encode(none), encode(inner)), VerifyError::Shape);
        }
        world.refuses(&theirs.sign(theirs.header().to_string(), inner), VerifyError::UnknownHeader);
        world.refuses(&theirs.sign(world.header().to_string(), inner), VerifyError::Signature);
        world.refuses(&world.sign(world.header().to_string(), inner), VerifyError::Claims);
    });
}

#[test]
fn atk_h23_members_of_encrypted_texts() {
    on_each(|world| {
        refuses_each(
            world,
            &[
                r#""zip":"DEF""#,
                r#""zip":"""#,
                r#""enc":"A256GCM""#,
                r#""epk":{}"#,
                r#""p2c":2147483647"#,
                r#""p2s":"AA""#,
                r#""apu":"""#,
                r#""iv":"""#,
                r#""tag":"""#,
            ],
        );
        // A payload that is really deflated: one stored block (RFC 1951 §3.2.4).
        let own = claims().to_string();
        let length = u16::try_from(own.len()).unwrap();
        let deflated = [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), own.as_bytes()].concat();
        for header in world.header().and(r#""zip":"DEF""#) {
            world.refuses(&world.sign(header, &deflated), VerifyError::UnknownHeader);
        }
        world.refuses(&world.sign(world.header().to_string(), &deflated), VerifyError::Claims);
    });
}

#[test]
fn atk_h24_no_member_twice() {
    on_each(|world| {
        let [alg, kid, typ] = <[String; 3]>::try_from(world.header().written()).unwrap();
        refuses_each(
            world,
            &[
                &alg,
                r#""alg":"none""#,
                r#""alg":"HS256""#,
                &kid,
                r#""kid":"other""#,
                &typ,
                r#""typ":"JWT""#,
                r#""x":1"#,
                r#""x":1,"x":1"#,
                r#""x":1,"x":2"#,
            ],
        );
    });
}

#[test]
fn atk_h25_names_in_other_case_or_escaped_and_other_orders() {
    on_each(|world| {
        let own = world.header().to_string();
        for (name, other) in [
            ("alg", "ALG"),
            ("alg", "Alg"),
            ("alg", "\\u0061lg"),
            ("alg", "\\u0061\\u006c\\u0067"),
            ("kid", "KID"),
            ("kid", "\\u006bid"),
            ("typ", "TYP"),
            ("typ", "\\u0074yp"),
            ("alg", "alg "),
            ("alg", "\u{430}lg"),
        ] {
            world.refuses_header(own.replace(&quoted(name), &quoted(other)));
        }
        refuses_each(world, &[r#""ALG":"none""#, r#""Kid":"x""#, r#""\u0061lg":"none""#]);
        // The value escaped, too.
        let alg = world.algorithm().as_str();
        let escaped: Vec<String> = alg.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        world.refuses_header(world.header().with("alg", &quoted(escaped.concat())));
        for header in world.header().other_orders() {
            world.refuses_header(header);
        }
    });
}

#[test]
fn atk_h26_headers_that_are_no_object_of_ours() {
    on_each(|world| {
        let [alg, kid, typ] = <[String; 3]>::try_from(world.header().written()).unwrap();
        let values = |member: &str| member.split_once(':').unwrap().1.to_owned();
        let array = format!("[{},{},{}]", values(&alg), values(&kid), values(&typ));
        for header in [
            "[]",
            &array,
            &format!("[{{{alg},{kid},{typ}}}]"),
            r#""EdDSA""#,
            "0",
            "1",
            "null",
            "true",
            "NaN",
            "{}",
            " ",
        ] {
            world.refuses_header(header);
        }
        // A map in CBOR (RFC 8949).
        world.refuses_header(b"\xa1\x63alg\x65EdDSA");
        world.refuses_header([0]);
        let [_, payload, signature] = world.segments();
        world.refuses(&format!(".{payload}.{signature}"), VerifyError::Shape);
        world.refuses(&world.sign("", claims().to_string()), VerifyError::Shape);
    });
}

#[test]
fn atk_h27_headers_that_are_almost_json() {
    on_each(|world| {
        let own = world.header().to_string();
        for header in [
            format!("{own} "),
            format!("{own}\n"),
            format!("{own}\0"),
            format!("{own}x"),
            format!("{own}{own}"),
            format!(" {own}"),
            format!("{own}//"),
            format!("{own}/**/"),
            own.replacen('{', "{/**/", 1),
            own.replace('}', ",}"),
            own.replacen('{', "{,", 1),
            own.replace('"', "'"),
            own.replace(r#""alg""#, "alg"),
            own.replace(':', ": "),
            own.replace(',', ", "),
            own.replace('}', ""),
        ] {
            world.refuses_header(header);
        }
    });
}
