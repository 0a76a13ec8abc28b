//! Spellings of a text: class E.

use serde_json::json;
use token_testkit::{exchange, on_each_database};

use super::hand::{Hand, encode, same};

#[test]
fn p07_atk_e01_e02_e03_one_alphabet_and_one_spelling_pass() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let [header, payload, signature] = hand.segments();
        let alphabet = |segment: &str| segment.replace('-', "+").replace('_', "/");
        for pad in ["=", "==", "==="] {
            hand.refused(&format!("{header}{pad}.{payload}.{signature}"), "padded header");
            hand.refused(&format!("{header}.{payload}{pad}.{signature}"), "padded payload");
            hand.refused(&format!("{header}.{payload}.{signature}{pad}"), "padded signature");
            hand.refused(&hand.signed(&format!("{header}{pad}"), &payload), "signed with padding");
            hand.refused(&hand.signed(&header, &format!("{payload}{pad}")), "signed with padding");
        }
        // The last character of 64 bytes carries four bits that count for nothing.
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let last = digits.find(signature.chars().last().unwrap()).unwrap();
        for bits in 1..16 {
            let other = &digits[last + bits..=last + bits];
            hand.refused(&format!("{header}.{payload}.{}{other}", &signature[..85]), "bits that count for nothing");
        }
        let standard = format!("{}.{}.{}", alphabet(&header), alphabet(&payload), alphabet(&signature));
        if standard != hand.token.text {
            hand.refused(&standard, "the standard alphabet");
        }
    });
}

#[test]
fn p07_atk_e05_e09_e12_e13_e14_other_shapes_of_a_text_are_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let [header, payload, signature] = hand.segments();
        let text = &hand.token.text;
        let deep = |levels: usize| encode(format!("{}1{}", "[".repeat(levels), "]".repeat(levels)));
        let digits = encode(format!("{{\"exp\":{}}}", "9".repeat(1_500)));
        for bad in [
            "x".to_owned(),
            ".".to_owned(),
            "..".to_owned(),
            ".....".to_owned(),
            header.clone(),
            format!("{header}.{payload}"),
            format!(".{text}"),
            format!("{text}."),
            format!("{header}..{payload}.{signature}"),
            format!("{text}.{signature}"),
            format!("{text}.{payload}.{signature}"),
            format!("..{signature}"),
            format!("{text}~"),
            format!("{text}~~"),
            format!("{text},{text}"),
            format!("'{text}'"),
            format!("<{text}>"),
            format!("\"{text}\""),
            encode(text),
            format!("{header}%2E{payload}%2E{signature}"),
            format!("{header}*{payload}*{signature}"),
            json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
            json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]}).to_string(),
            json!({"payload": payload, "signatures": []}).to_string(),
            format!("{{\"a\":\"{header}.{payload}.{signature}\"}}"),
            format!("{}.AAAA.AAAA.AAAA.AAAA", encode(r#"{"alg":"dir","enc":"A256GCM"}"#)),
            format!(
                "{}.AAAA.AAAA.AAAA.AAAA",
                encode(r#"{"alg":"PBES2-HS256+A128KW","p2c":2147483647,"enc":"A256GCM"}"#)
            ),
            hand.signed(&deep(127), &payload),
            hand.signed(&header, &deep(129)),
            hand.signed(&header, &deep(1_400)),
            hand.signed(&header, &encode("[".repeat(2_000))),
            hand.signed(&header, &digits),
            hand.signed(&header, &encode("{\"exp\":1e1000000000}")),
            "x".repeat(4_096),
            "x".repeat(4_097),
            ".".repeat(8_000),
        ] {
            hand.refused(&bad, "another shape");
        }
        let utf16: Vec<u8> = hand.payload().encode_utf16().flat_map(u16::to_le_bytes).collect();
        hand.refused_thrice(hand.header().as_bytes(), &utf16, "UTF-16");
        let marked = format!("\u{feff}{}", hand.payload());
        hand.refused_thrice(hand.header().as_bytes(), marked.as_bytes(), "a byte order mark");
        let lone = hand.payload().replace("iss\":\"", "iss\":\"\\ud800");
        hand.refused_thrice(hand.header().as_bytes(), lone.as_bytes(), "half a character");
    });
}

#[test]
fn p07_atk_e04_e06_e07_bytes_that_no_text_has_are_refused_alike_or_no_http() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let uniform = same(&raw(&hand, b"a.b.c"));
        let (text, middle) = (hand.token.text.as_bytes(), hand.token.text.len() / 2);
        let other = |from: &str, to: &str| hand.token.text.replacen(from, to, 1).into_bytes();
        let within = |bytes: &[u8]| [&text[..middle], bytes, &text[middle..]].concat();
        let mut bad: Vec<Vec<u8>> = Vec::new();
        for odd in [
            &b" "[..],
            b"\t",
            b"\r",
            b"\n",
            b"\0",
            b"*",
            b"%2E",
            b"\x0b",
            b"\x7f",
            b"\x80",
            b"\xff",
            b"\xfe\xff",
            b"\xc0\xae",
            b"\xe0\x80\xae",
            b"\xed\xa0\x80",
            b"\xf8\x88\x80\x80\x80",
            b"\xe9",
            "\u{200b}".as_bytes(),
            "\u{feff}".as_bytes(),
        ] {
            bad.extend([within(odd), [odd, text].concat(), [text, odd, b"x"].concat()]);
        }
        bad.extend([other(".", "\u{ff0e}"), other(".", "\u{2024}"), other("e", "\u{435}"), other("e", "\u{ff45}")]);
        for text in bad {
            // A blank in front is a second blank behind the scheme, which may be there.
            if text.starts_with(b" ") {
                continue;
            }
            let answer = raw(&hand, &text);
            let shown = String::from_utf8_lossy(&text).into_owned();
            assert!(answer.status == 400 || same(&answer) == uniform, "{shown:?}: {answer:?}");
            let _ = hand.answer(&hand.token.text).expect(200);
        }
    });
}

fn raw(hand: &Hand, text: &[u8]) -> token_testkit::Answer {
    let head = b"GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ";
    let request = [head, text, b"\r\n\r\n"].concat();
    let mut answers = exchange(hand.app.server.address(), &request);
    assert_eq!(answers.len(), 1, "{:?}: {answers:?}", String::from_utf8_lossy(&request));
    answers.remove(0)
}
