//! Other encodings of the same bytes: of base64url, of the text, of the JSON inside.

use token_jwt::{MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::world::{World, claims, decode, encode, on_each};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Each segment in turn rewritten: with the old signature, and, if it is one that is signed, truly signed.
fn each_segment(world: &World, rewrite: impl Fn(&str) -> String) -> [String; 5] {
    let [header, payload, signature] = world.segments();
    [
        format!("{}.{payload}.{signature}", rewrite(header)),
        format!("{header}.{}.{signature}", rewrite(payload)),
        format!("{header}.{payload}.{}", rewrite(signature)),
        world.sign_segments(&rewrite(header), payload),
        world.sign_segments(header, &rewrite(payload)),
    ]
}

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
fn atk_e01_padding_in_any_segment_also_signed() {
    on_each(|world| {
        for pad in ["=", "==", "===", "%3D"] {
            for text in each_segment(world, |segment| format!("{segment}{pad}")) {
                world.refuses(&text, VerifyError::Shape);
            }
        }
    });
}

#[test]
fn atk_e02_unused_bits_are_zero_also_truly_signed() {
    let (mut headers, mut payloads, mut signatures) = (0, 0, 0);
    on_each(|world| {
        let [header, own, signature] = world.segments();
        for other in loose(header) {
            headers += 1;
            world.refuses(&format!("{other}.{own}.{signature}"), VerifyError::UnknownHeader);
            world.refuses(&world.sign_segments(&other, own), VerifyError::UnknownHeader);
        }
        // Payloads of three lengths, so that two of them have unused bits.
        for exp in ["180000000", "1800000000", "18000000000"] {
            let payload = encode(claims().with("exp", exp));
            assert!(world.verify(&world.sign_segments(header, &payload)).is_ok(), "the tight spelling passes");
            for other in loose(&payload) {
                payloads += 1;
                world.refuses(&world.sign_segments(header, &other), VerifyError::Claims);
            }
        }
        for other in loose(own) {
            world.refuses(&format!("{header}.{other}.{signature}"), VerifyError::Signature);
        }
        for other in loose(signature) {
            signatures += 1;
            world.refuses(&format!("{header}.{own}.{other}"), VerifyError::Signature);
        }
    });
    // One with two spare bits and one with four per algorithm; and 64 or 256 bytes leave four.
    assert!(0 < headers && payloads == 3 * (3 + 15) && signatures == 3 * 15, "{headers} {payloads} {signatures}");
}

#[test]
fn atk_e02_letters_that_end_no_byte() {
    on_each(|world| {
        for text in each_segment(world, |segment| {
            let whole = segment.len().next_multiple_of(4) + 1 - segment.len();
            format!("{segment}{}", "A".repeat(whole))
        }) {
            assert!(world.verify(&text).is_err(), "{text}");
        }
    });
}

#[test]
fn atk_e03_the_standard_alphabet() {
    on_each(|world| {
        for letter in ["+", "/"] {
            for text in each_segment(world, |segment| format!("{letter}{}", segment.split_at(1).1)) {
                world.refuses(&text, VerifyError::Shape);
            }
        }
        // The very bytes of a good signature, in the other alphabet.
        let text = loop {
            let text = World::foreign(world.algorithm()).text.expose().to_owned();
            if text.contains(['-', '_']) {
                break text;
            }
        };
        world.refuses(&text.replace('-', "+").replace('_', "/"), VerifyError::Shape);
    });
}

/// Put before, into and behind the text, and into each segment before it is signed.
fn refused_anywhere(world: &World, strange: &str) {
    let text = world.text.expose();
    let middle = text.len() / 2;
    let mut bad = vec![
        format!("{strange}{text}"),
        format!("{text}{strange}"),
        format!("{}{strange}{}", text.split_at(middle).0, text.split_at(middle).1),
    ];
    bad.extend(each_segment(world, |segment| {
        let (before, after) = segment.split_at(segment.len() / 2);
        format!("{before}{strange}{after}")
    }));
    bad.extend(each_segment(world, |segment| format!("{segment}{strange}")));
    for text in bad {
        assert_eq!(UnverifiedJwt::parse(&text, MAX_TOKEN).err(), Some(VerifyError::Shape), "{strange:?}");
    }
}

#[test]
fn atk_e04_blanks_and_strange_characters_inside() {
    on_each(|world| {
        for strange in [
            " ", "\t", "\r", "\n", "\r\n", "\0", "\u{b}", "\u{c}", "\u{7f}", "*", "%2E", "%", "\u{a0}", "\u{200b}",
            "\u{200d}", "\u{2060}", "\u{ad}", "\u{202e}", "~", ",", ";", "\"", "'", "<", ">", ":", "\\", "&", "$",
        ] {
            refused_anywhere(world, strange);
        }
    });
}

#[test]
fn atk_e05_any_other_number_of_segments() {
    on_each(|world| {
        let text = world.text.expose();
        let [header, payload, signature] = world.segments();
        for bad in [
            String::new(),
            header.to_owned(),
            format!("{header}.{payload}"),
            format!("{text}.{signature}"),
            format!("{text}.a.b"),
            format!("{text}.a.b.c"),
            format!(".{text}"),
            format!("{text}."),
            format!("{header}..{payload}.{signature}"),
            format!("{header}.{payload}..{signature}"),
            format!("{header}..{signature}"),
            ".".to_owned(),
            "..".to_owned(),
            "...".to_owned(),
            "....".to_owned(),
            ".".repeat(5_000),
        ] {
            world.refuses(&bad, VerifyError::Shape);
        }
    });
}

#[test]
fn atk_e06_letters_and_dots_that_look_alike() {
    on_each(|world| {
        let text = world.text.expose();
        for dot in ["\u{2024}", "\u{ff0e}", "\u{b7}", "\u{3002}", "\u{2e}\u{301}", "%2E"] {
            world.refuses(&text.replace('.', dot), VerifyError::Shape);
            world.refuses(&text.replacen('.', dot, 1), VerifyError::Shape);
        }
        let wide = |letter: char| match letter {
            '!'..='~' => char::from_u32(u32::from(letter) + 0xfee0).unwrap(),
            other => other,
        };
        world.refuses(&text.chars().map(wide).collect::<String>(), VerifyError::Shape);
        world
            .refuses(&text.chars().map(|c| if c == '.' { c } else { wide(c) }).collect::<String>(), VerifyError::Shape);
        // The byte order mark, the Cyrillic and the full-width A, a letter with a diacritic, a mathematical A.
        for strange in ["\u{feff}", "\u{410}", "\u{430}", "\u{ff21}", "\u{e9}", "e\u{301}", "\u{1d400}", "\u{131}"] {
            refused_anywhere(world, strange);
        }
    });
}

#[test]
fn atk_e07_latin_1_and_replaced_characters() {
    // Bytes that are not UTF-8 never become a text; what a lenient reader makes of them is none either.
    on_each(|world| {
        for bytes in [&b"\xe9"[..], b"\xff", b"\xc0\xae", b"\xe0\x80\xae", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"] {
            refused_anywhere(world, &String::from_utf8_lossy(bytes));
            refused_anywhere(world, &bytes.iter().copied().map(char::from).collect::<String>());
        }
    });
}

/// The JSON in other encodings of characters.
fn encodings_of(json: &str) -> Vec<Vec<u8>> {
    let utf16 = |order: fn(u16) -> [u8; 2]| json.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let utf32 = |order: fn(u32) -> [u8; 4]| json.chars().flat_map(|c| order(u32::from(c))).collect::<Vec<u8>>();
    let after = |more: &[u8]| [json.as_bytes().split_at(2).0, more, json.as_bytes().split_at(2).1].concat();
    vec![
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        [&[0xff, 0xfe][..], &utf16(u16::to_le_bytes)].concat(),
        [&[0xfe, 0xff][..], &utf16(u16::to_be_bytes)].concat(),
        utf32(u32::to_le_bytes),
        utf32(u32::to_be_bytes),
        [&[0xef, 0xbb, 0xbf], json.as_bytes()].concat(),
        // Raw surrogates, escaped surrogates, control characters, overlong forms of a dot, of `"` and of NUL.
        after(b"\xed\xa0\x80"),
        after(b"\\ud800"),
        after(b"\\udc00\\ud800"),
        after(b"\0"),
        after(b"\n"),
        after(b"\x1b"),
        after(b"\x7f"),
        after(b"\xc0\xae"),
        after(b"\xc0\xa2"),
        after(b"\xe0\x80\x80"),
        after(b"\xff"),
    ]
}

#[test]
fn atk_e08_json_in_other_encodings_of_characters() {
    on_each(|world| {
        for header in encodings_of(&world.header().to_string()) {
            world.refuses_header(header);
        }
        for payload in encodings_of(&claims().to_string()) {
            world.refuses_payload(payload);
        }
    });
}

#[test]
fn segments_decode_to_what_was_meant() {
    on_each(|world| {
        let [header, payload, _] = world.segments();
        assert_eq!(decode(header), world.header().to_string().as_bytes());
        assert_eq!(decode(payload), claims().to_string().as_bytes());
    });
}
