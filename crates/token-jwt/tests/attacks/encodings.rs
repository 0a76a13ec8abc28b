//! Other spellings of the same bytes, truly signed where that is possible.

use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::world::{World, decode, encode};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The same bytes with other unused bits at the end, as lenient decoders take them.
fn loose(segment: &str) -> Vec<String> {
    let spare = match segment.len() % 4 {
        2 => 4,
        3 => 2,
        _ => return Vec::new(),
    };
    let (body, last) = segment.split_at(segment.len() - 1);
    let value = ALPHABET.iter().position(|letter| *letter == last.as_bytes()[0]).unwrap();
    (1..1 << spare).map(|bits| format!("{body}{}", char::from(ALPHABET[value | bits]))).collect()
}

#[test]
fn atk_e01_padding_in_any_segment() {
    let world = World::new(Algorithm::EdDsa);
    let [header, payload, signature] = world.segments();
    for pad in ["=", "==", "%3D"] {
        world.refused(&format!("{header}{pad}.{payload}.{signature}"), pad);
        world.refused(&format!("{header}.{payload}{pad}.{signature}"), pad);
        world.refused(&format!("{header}.{payload}.{signature}{pad}"), pad);
        world.refused(&world.sign_segments(&header, &format!("{payload}{pad}")), pad);
        world.refused(&world.sign_segments(&format!("{header}{pad}"), &payload), pad);
    }
}

#[test]
fn atk_e02_unused_bits_are_zero_even_when_truly_signed() {
    let mut tried = 0;
    // Payloads of different lengths, so that each segment has spare bits at least once.
    for world in [World::new(Algorithm::EdDsa), World::new(Algorithm::Rs256)] {
        let [header, own, signature] = world.segments();
        for other in loose(&header) {
            tried += 1;
            world.refused(&world.sign_segments(&other, &own), "header");
        }
        for exp in ["180000000", "1800000000", "18000000000"] {
            let payload = encode(crate::world::payload("1700000000", exp));
            assert!(world.verify(&world.sign_segments(&header, &payload)).is_ok(), "the tight spelling passes");
            for other in loose(&payload) {
                tried += 1;
                assert_eq!(world.verify(&world.sign_segments(&header, &other)).err(), Some(VerifyError::Claims));
            }
        }
        for other in loose(&signature) {
            tried += 1;
            let text = format!("{header}.{own}.{other}");
            assert_eq!(world.verify(&text).err(), Some(VerifyError::Signature));
        }
    }
    assert!(20 < tried, "{tried}");
}

#[test]
fn atk_e03_e04_e06_other_alphabets_and_strange_characters() {
    let world = World::new(Algorithm::EdDsa);
    let text = world.issue();
    let middle = text.expose().len() / 2;
    let (before, after) = text.expose().split_at(middle);
    for strange in [
        " ", "\t", "\r", "\n", "\0", "*", "%2E", "\u{200b}", "+", "/", "\u{ff21}", "\u{430}", "\u{feff}", "\u{2024}",
        "~", ",", "\"", "<", ":",
    ] {
        for bad in [
            format!("{before}{strange}{after}"),
            format!("{strange}{before}{after}"),
            format!("{before}{after}{strange}"),
        ] {
            assert_eq!(UnverifiedJwt::parse(&bad, MAX_TOKEN).err(), Some(VerifyError::Shape), "{strange:?}");
        }
    }
    for dot in ["\u{2024}", "\u{ff0e}", "%2E", ".."] {
        world.refused(&text.expose().replace('.', dot), dot);
    }
    let standard = text.expose().replace('-', "+").replace('_', "/");
    if standard != text.expose() {
        world.refused(&standard, "the standard alphabet");
    }
}

#[test]
fn atk_e05_e09_e10_e11_e12_s01_other_containers() {
    let world = World::new(Algorithm::EdDsa);
    let text = world.issue();
    let [header, payload, signature] = world.segments();
    let text = text.expose();
    for bad in [
        String::new(),
        header.clone(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{text}."),
        format!(".{text}"),
        format!("{text}.{signature}"),
        format!("{text}.a.b"),
        format!("{header}..{signature}"),
        format!("{text}~"),
        format!("\"{text}\""),
        format!("<{text}>"),
        format!("{text},{text}"),
        format!("{text} {text}"),
        format!("Bearer {text}"),
        encode(text),
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
        format!(r#"{{"payload":"{payload}","signatures":[]}}"#),
        "....".to_owned(),
    ] {
        assert_eq!(UnverifiedJwt::parse(&bad, MAX_TOKEN).err(), Some(VerifyError::Shape), "{bad}");
    }
}

#[test]
fn p06_texts_over_the_bound_are_not_looked_at() {
    let world = World::new(Algorithm::EdDsa);
    let text = world.issue();
    let length = text.expose().len();
    assert!(UnverifiedJwt::parse(text.expose(), length).is_ok());
    assert_eq!(UnverifiedJwt::parse(text.expose(), length - 1).err(), Some(VerifyError::Size));
    let long = format!("{}{}", text.expose(), "A".repeat(MAX_TOKEN));
    assert_eq!(world.verify(&long).err(), Some(VerifyError::Size));
}

#[test]
fn segments_decode_to_what_was_meant() {
    let world = World::new(Algorithm::EdDsa);
    let [header, payload, signature] = world.segments();
    assert_eq!(decode(&header), world.header_json().as_bytes());
    assert_eq!(decode(&payload), World::payload_json().as_bytes());
    assert_eq!(decode(&signature).len(), 64);
}
