//! `alg`: none, absent, relabelled. The algorithm is a property of the key, never of the text.

use token_core::Algorithm;
use token_jwt::VerifyError;

use crate::hand;
use crate::members::quoted;
use crate::world::{World, claims, encode, on_each};

fn spellings_of_none() -> Vec<String> {
    let spelling = |bits: u32| {
        let letter = |(place, letter): (usize, char)| {
            if bits >> place & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        };
        "none".chars().enumerate().map(letter).collect()
    };
    (0..16).map(spelling).collect()
}

#[test]
fn atk_h01_none_without_a_signature() {
    on_each(|world| {
        for alg in spellings_of_none() {
            let header = encode(world.header().with("alg", &quoted(alg)));
            let payload = encode(claims().to_string());
            world.refuses(&format!("{header}.{payload}."), VerifyError::Shape);
            world.refuses(&format!("{header}.{payload}"), VerifyError::Shape);
            // The shortest signature that is one at all.
            world.refuses(&format!("{header}.{payload}.AA"), VerifyError::UnknownHeader);
        }
    });
}

#[test]
fn atk_h02_none_with_the_old_and_with_a_true_signature() {
    on_each(|world| {
        for alg in spellings_of_none() {
            world.refuses_header(world.header().with("alg", &quoted(alg)));
        }
    });
}

#[test]
fn atk_h03_none_in_disguise() {
    on_each(|world| {
        for alg in [
            "none ",
            " none",
            "no ne",
            "none\0",
            "none\n",
            "none\\u0000",
            "none\\n",
            "no\u{200b}ne",
            "n\u{43e}ne",
            "\u{ff4e}\u{ff4f}\u{ff4e}\u{ff45}",
            "\\u006eone",
            "\\u006E\\u006F\\u006E\\u0065",
        ] {
            let header = world.header().with("alg", &quoted(alg));
            world.refuses(&format!("{}.{}.", encode(&header), encode(claims().to_string())), VerifyError::Shape);
            world.refuses_header(header);
        }
    });
}

#[test]
fn atk_h04_alg_absent_or_of_another_type() {
    on_each(|world| {
        let own = quoted(world.algorithm());
        let (list, object) = (format!("[{own}]"), format!(r#"{{"alg":{own}}}"#));
        for alg in ["null", "0", "1", "-1", "true", "false", "[]", &list, "{}", &object, r#""""#] {
            world.refuses_header(world.header().with("alg", alg));
        }
        world.refuses_header(world.header().without("alg"));
    });
}

#[test]
fn atk_h07_a_foreign_key_of_any_algorithm_under_our_kid() {
    on_each(|ours| {
        let payload = encode(claims().to_string());
        for algorithm in Algorithm::ALL {
            let theirs = World::foreign(*algorithm);
            let header = encode(ours.header().with("alg", &quoted(algorithm)));
            let same = *algorithm == ours.algorithm();
            let reason = if same { VerifyError::Signature } else { VerifyError::UnknownHeader };
            ours.refuses(&theirs.sign_segments(&header, &payload), reason);
            // Their signature under the very header of ours.
            ours.refuses(&theirs.sign_segments(&encode(ours.header().to_string()), &payload), VerifyError::Signature);
        }
        let rsa = World::foreign(Algorithm::Rs256);
        for (alg, reason) in
            [(quoted("PS256"), VerifyError::UnknownHeader), (quoted(ours.algorithm()), VerifyError::Signature)]
        {
            let input = format!("{}.{payload}", encode(ours.header().with("alg", &alg)));
            let signature = encode(hand::sign_ps256(rsa.key.private(), input.as_bytes()));
            ours.refuses(&format!("{input}.{signature}"), reason);
        }
    });
}

#[test]
fn atk_h07_our_own_rsa_key_with_the_other_padding() {
    let world = World::new(Algorithm::Rs256);
    for (alg, reason) in [("PS256", VerifyError::UnknownHeader), ("RS256", VerifyError::Signature)] {
        let input = format!("{}.{}", encode(world.header().with("alg", &quoted(alg))), encode(claims().to_string()));
        let signature = encode(hand::sign_ps256(world.key.private(), input.as_bytes()));
        world.refuses(&format!("{input}.{signature}"), reason);
    }
}

#[test]
fn atk_h08_our_signature_under_another_label() {
    on_each(|world| {
        let own = world.algorithm().as_str();
        let (trailing, leading) = (format!("{own} "), format!(" {own}"));
        let (lower, upper) = (own.to_ascii_lowercase(), own.to_ascii_uppercase());
        for alg in [
            "EdDSA", "ES256", "RS256", "ES384", "ES512", "ES256K", "RS384", "RS512", "PS256", "HS256", "Ed25519",
            "Ed448", "eddsa", "EdDSA ", "Eddsa", &trailing, &leading, &lower, &upper,
        ] {
            if alg != own {
                world.refuses_header(world.header().with("alg", &quoted(alg)));
            }
        }
    });
}
