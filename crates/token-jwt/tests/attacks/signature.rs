//! Signatures: altered, borrowed, made up.

use token_core::{Algorithm, KeyState, PublicKey};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::world::{World, at, decode, encode, payload};

/// The order of the base point of Ed25519, little-endian (RFC 8032 §5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The order of P-256, big-endian (FIPS 186-4).
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn refused(world: &World, signature: impl AsRef<[u8]>, why: &str) {
    let [header, payload, _] = world.segments();
    world.refused(&format!("{header}.{payload}.{}", encode(signature)), why);
}

/// `a + b` modulo 2^256, little-endian.
fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let digit = |(a, b): (&u8, &u8)| {
        let sum = u16::from(*a) + u16::from(*b) + carry;
        carry = sum >> 8;
        (sum & 0xff) as u8
    };
    a.iter().zip(b).map(digit).collect()
}

/// `a - b` modulo 2^256, little-endian: `a + !b + 1`.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut one = [0; 32];
    one[0] = 1;
    let inverted: Vec<u8> = b.iter().map(|byte| !byte).collect();
    add(&add(a, &inverted), &one)
}

#[test]
fn atk_s02_s03_s04_altered_for_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let world = World::new(*algorithm);
        let [header, payload, text] = world.segments();
        let good = decode(&text);
        assert!(world.verify(&format!("{header}.{payload}.{text}")).is_ok());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            refused(&world, &bad, "a flipped byte");
        }
        for bad in [
            good[..1].to_vec(),
            good[..good.len() / 2].to_vec(),
            good[..good.len() - 1].to_vec(),
            [good.as_slice(), &[0]].concat(),
            [&[0], good.as_slice()].concat(),
            good.repeat(2),
            good.iter().rev().copied().collect(),
            vec![0; good.len()],
            vec![0xff; good.len()],
        ] {
            refused(&world, bad, "another length or order");
        }
    }
}

#[test]
fn atk_s04_s05_es256_numbers_at_the_edges() {
    let world = World::new(Algorithm::Es256);
    let [_, _, text] = world.segments();
    let good = decode(&text);
    let (r, s) = good.split_at(32);
    let (mut one, mut before, mut after) = ([0; 32], N, N);
    (one[31], before[31], after[31]) = (1, 0x50, 0x52);
    let edges = [[0; 32], one, before, N, after];
    for edge in edges {
        for other in edges {
            refused(&world, [edge, other].concat(), "edge, edge");
        }
        refused(&world, [&edge, s].concat(), "edge, s");
        refused(&world, [r, &edge].concat(), "r, edge");
    }
    refused(&world, [&[0], r, &[0], s].concat(), "halves of 33 bytes");
    let der = [&[0x30, 70, 2, 33, 0], r, &[2, 33, 0], s].concat();
    refused(&world, der, "DER");
}

#[test]
fn atk_s06_ed25519_has_one_signature_per_text() {
    let world = World::new(Algorithm::EdDsa);
    let [_, _, text] = world.segments();
    let good = decode(&text);
    let (r, s) = good.split_at(32);
    let mut more = s.to_vec();
    for k in 1..=15 {
        more = add(&more, &L);
        refused(&world, [r, &more].concat(), &format!("S + {k}L"));
    }
    refused(&world, [r, &L].concat(), "S = L");
    refused(&world, [r, &subtract(&L, s)].concat(), "S negated");
    let mut signed = r.to_vec();
    signed[31] ^= 0x80;
    refused(&world, [signed.as_slice(), s].concat(), "the sign of R");
    let mut identity = [0; 32];
    identity[0] = 1;
    refused(&world, [identity, [0; 32]].concat(), "the identity and 0");
    refused(&world, [[0; 32], [0; 32]].concat(), "a point of order 4 and 0");
    let mut unreduced = [0xff; 32];
    (unreduced[0], unreduced[31]) = (0xee, 0x7f);
    refused(&world, [unreduced, [0; 32]].concat(), "the identity, not reduced");
}

#[test]
fn arithmetic_of_these_tests_is_right() {
    let (two, three) = (add(&L, &L), add(&add(&L, &L), &L));
    assert_eq!(subtract(&three, &two), L);
    assert_eq!(subtract(&L, &L), [0; 32]);
}

#[test]
fn atk_s07_halves_of_two_valid_texts() {
    let world = World::new(Algorithm::EdDsa);
    let other = world.sign(world.header_json(), payload("1700000001", "1800000000"));
    assert!(world.verify(&other).is_ok());
    let [header, own, signature] = world.segments();
    let foreign: Vec<&str> = other.split('.').collect();
    assert_eq!(world.verify(&format!("{header}.{own}.{}", foreign[2])).err(), Some(VerifyError::Signature));
    assert_eq!(world.verify(&format!("{header}.{}.{signature}", foreign[1])).err(), Some(VerifyError::Signature));
}

#[test]
fn atk_s08_the_key_of_another_algorithm_in_the_same_ring() {
    let worlds: Vec<World> = Algorithm::ALL.iter().map(|algorithm| World::new(*algorithm)).collect();
    let keys: Vec<PublicKey> = worlds.iter().map(|world| world.public.clone()).collect();
    let ring = KeyRing::new(&keys, Some(&worlds[0].identity)).unwrap();
    for (place, world) in worlds.iter().enumerate() {
        let [header, payload, _] = world.segments();
        for (other_place, other) in worlds.iter().enumerate() {
            let input = format!("{header}.{payload}");
            let signature = crate::world::sign(other.public.algorithm, other.key.private(), input.as_bytes());
            let text = format!("{input}.{}", encode(signature));
            let verified = ring.verify(&UnverifiedJwt::parse(&text, MAX_TOKEN).unwrap());
            assert_eq!(verified.is_ok(), place == other_place);
        }
    }
}

#[test]
fn p51_a_withdrawn_key_vouches_for_nothing_while_others_do() {
    let (stolen, other) = (World::new(Algorithm::EdDsa), World::new(Algorithm::EdDsa));
    let withdrawn = PublicKey { state: KeyState::Withdrawn, created_at: at(1), ..stolen.public.clone() };
    let ring = KeyRing::new(&[withdrawn, other.public.clone()], Some(&other.identity)).unwrap();
    let (bad, good) = (stolen.issue(), other.issue());
    let parse = |text| UnverifiedJwt::parse(text, MAX_TOKEN).unwrap();
    assert_eq!(ring.verify(&parse(bad.expose())).err(), Some(VerifyError::UnknownHeader));
    assert!(ring.verify(&parse(good.expose())).is_ok());
}
