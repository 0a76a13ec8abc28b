//! Signatures: class S.

use ring::signature::Ed25519KeyPair;
use token_testkit::on_each_database;

use super::hand::{Hand, decode, encode};

/// The order of the group of Ed25519, least byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// `S + L`: the same number to a verifier that does not ask for the smallest.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    let (mut sum, mut carry) = (signature.to_vec(), 0_u16);
    for (byte, order) in sum[32..].iter_mut().zip(ORDER) {
        let total = u16::from(*byte) + u16::from(order) + carry;
        *byte = (total & 0xff) as u8;
        carry = total >> 8;
    }
    sum
}

#[test]
fn p07_atk_s01_s03_s04_s06_every_other_signature_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let [header, payload, signature] = hand.segments();
        let good = decode(&signature);
        let reversed: Vec<u8> = good.iter().rev().copied().collect();
        let small = [[1_u8].as_slice(), &[0; 63]].concat();
        let order = [&good[..32], &ORDER].concat();
        let sign_bit: Vec<u8> =
            good.iter().enumerate().map(|(at, byte)| if at == 31 { byte ^ 0x80 } else { *byte }).collect();
        for bad in [
            Vec::new(),
            good[..1].to_vec(),
            good[..32].to_vec(),
            good[..63].to_vec(),
            [&good[..], &[0]].concat(),
            [&good[..], &good].concat(),
            reversed,
            vec![0; 64],
            vec![0xff; 64],
            small,
            order,
            sign_bit,
            plus_order(&good),
        ] {
            hand.refused(&format!("{header}.{payload}.{}", encode(&bad)), "another signature");
        }
        hand.refused(&format!("{header}.{payload}"), "removed with its dot");
    });
}

#[test]
fn p07_atk_s02_any_changed_character_is_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let text = &hand.token.text;
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            hand.refused(&String::from_utf8(bytes).unwrap(), &format!("position {position}"));
        }
    });
}

#[test]
fn p07_atk_s07_s09_signatures_of_others_are_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let [header, payload, signature] = hand.segments();
        let others: Vec<&str> = hand.other.text.split('.').collect();
        hand.refused(&format!("{header}.{payload}.{}", others[2]), "signature of another token");
        hand.refused(&format!("{header}.{}.{signature}", others[1]), "payload of another token");
        let foreign = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let input = format!("{header}.{payload}");
        hand.refused(&format!("{input}.{}", encode(foreign.sign(input.as_bytes()))), "a foreign key under our kid");
    });
}

#[test]
fn p07_atk_s08_texts_of_a_retired_key_pass_and_of_a_withdrawn_one_are_refused_alike() {
    on_each_database(|database| {
        let hand = Hand::new(database);
        let kid = hand.header().split("\"kid\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let _ = hand.app.program.run(&["key", "rotate", "--now"]).ok();
        let _ = hand.answer(&hand.token.text).expect(200);
        let _ = hand.app.program.run(&["key", "withdraw", "--yes", "--", &kid]).ok();
        // In force when the command returns.
        assert_eq!(super::hand::same(&hand.answer(&hand.token.text)), super::hand::same(&hand.answer("a.b.c")));
    });
}
