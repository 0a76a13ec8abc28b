//! A good text in another container, and other kinds of text altogether.

use token_jwt::VerifyError;

use crate::world::{World, claims, encode, on_each};

fn refuses_each(world: &World, texts: &[String]) {
    for text in texts {
        world.refuses(text, VerifyError::Shape);
    }
}

#[test]
fn atk_e09_the_json_serialization() {
    on_each(|world| {
        let [header, payload, signature] = world.segments();
        let one = format!(r#"{{"protected":"{header}","signature":"{signature}"}}"#);
        refuses_each(
            world,
            &[
                format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
                format!(r#"{{"payload":"{payload}","signatures":[{one}]}}"#),
                format!(r#"{{"payload":"{payload}","signatures":[{one},{one}]}}"#),
                format!(r#"{{"payload":"{payload}","signatures":[]}}"#),
                format!(r#"{{"payload":"{payload}"}}"#),
                encode(format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#)),
            ],
        );
    });
}

#[test]
fn atk_e10_json_that_splits_like_a_compact_text() {
    on_each(|world| {
        let [header, payload, signature] = world.segments();
        let text = world.text.expose();
        refuses_each(
            world,
            &[
                format!(r#"{{"protected":"{header}.{payload}.{signature}"}}"#),
                format!(r#"{{"payload":"{payload}","x":".{payload}.","signature":"{signature}"}}"#),
                format!(r#"{{"protected":"{header}","x":"a.{payload}.{signature}"}}"#),
                format!(r#"["{text}"]"#),
            ],
        );
        // The polyglot proper: the first segment decodes leniently to the flattened JSON of a good text.
        let flattened = format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
        world.refuses_header(&flattened);
    });
}

#[test]
fn atk_e11_encrypted_texts() {
    let segments = |header: &str, key: &str, body: &str| {
        format!("{}.{}.{}.{}.{}", encode(header), encode(key), encode([0; 12]), encode(body), encode([0; 16]))
    };
    // Really encrypted to our RSA key: a text without signature inside.
    let to_our_key = include_str!("../keys/test-only-jwe-to-rsa-2048.txt").trim().to_owned();
    assert_eq!(to_our_key.split('.').count(), 5);
    let dir = r#"{"alg":"dir","enc":"A256GCM"}"#;
    let bomb = r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#;
    let slow = r#"{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2147483647,"p2s":"AAAAAAAAAAA"}"#;
    let oaep = r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#;
    on_each(|world| {
        refuses_each(
            world,
            &[
                to_our_key.clone(),
                segments(dir, "", world.text.expose()),
                segments(oaep, &"k".repeat(256), world.text.expose()),
                segments(slow, &"k".repeat(40), world.text.expose()),
                segments(bomb, "", &"\0".repeat(100_000)),
            ],
        );
        for header in [dir, bomb, slow, oaep] {
            // The same headers over three segments.
            world.refuses_header(header);
        }
    });
}

#[test]
fn atk_e12_a_good_text_in_wrapping() {
    on_each(|world| {
        let text = world.text.expose();
        refuses_each(
            world,
            &[
                format!("{text}~"),
                format!("{text}~{}~", encode(r#"["salt","admin",true]"#)),
                format!("\"{text}\""),
                format!("'{text}'"),
                format!("<{text}>"),
                format!("{text},{text}"),
                format!("{text} {text}"),
                format!("{text}.{text}"),
                format!("Bearer {text}"),
                encode(text),
                encode(encode(text)),
            ],
        );
        // A disclosure claim inside (SD-JWT), truly signed.
        for payload in claims().and(r#""_sd":["AA"]"#) {
            world.refuses_payload(payload);
        }
    });
}
