//! The numbers inside signatures: at the edges of their range, in another form, or another of the same worth.

use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use token_core::Algorithm;
use token_jwt::VerifyError;

use crate::points::{SMALL_ORDER, not_reduced};
use crate::world::{World, decode, encode, token};

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

fn text(world: &World, signature: impl AsRef<[u8]>) -> String {
    let [header, payload, _] = world.segments();
    format!("{header}.{payload}.{}", encode(signature))
}

fn refused(world: &World, signature: impl AsRef<[u8]>) {
    world.refuses(&text(world, signature), VerifyError::Signature);
}

/// The two halves of a good signature.
fn halves(world: &World) -> ([u8; 32], [u8; 32]) {
    let good = decode(world.segments()[2]);
    let (first, second) = good.split_at(32);
    (first.try_into().unwrap(), second.try_into().unwrap())
}

/// `a + b` modulo 2^256, little-endian.
fn add(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let (mut sum, mut carry) = ([0; 32], 0);
    for place in 0..32 {
        let digit = u16::from(a[place]) + u16::from(b[place]) + carry;
        [sum[place], _] = digit.to_le_bytes();
        carry = digit >> 8;
    }
    sum
}

/// `a - b` modulo 2^256, little-endian: `a + !b + 1`.
fn subtract(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut one = [0; 32];
    one[0] = 1;
    add(&add(a, &b.map(|byte| !byte)), &one)
}

fn reversed(mut number: [u8; 32]) -> [u8; 32] {
    number.reverse();
    number
}

/// DER of a positive big-endian number (X.690 §8.3).
fn der_integer(number: &[u8; 32]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign: &[u8] = if digits[0] < 0x80 { &[] } else { &[0] };
    let length = u8::try_from(sign.len() + digits.len()).unwrap();
    [&[2, length], sign, &digits].concat()
}

#[test]
fn arithmetic_of_these_tests_is_right() {
    let (two, three) = (add(&L, &L), add(&add(&L, &L), &L));
    assert_eq!(subtract(&three, &two), L);
    assert_eq!(subtract(&L, &L), [0; 32]);
}

#[test]
fn atk_s05_es256_numbers_at_the_edges() {
    let world = World::new(Algorithm::Es256);
    let (r, s) = halves(&world);
    let (mut one, mut before, mut after) = ([0; 32], N, N);
    (one[31], before[31], after[31]) = (1, 0x50, 0x52);
    let edges = [[0; 32], one, before, N, after];
    for edge in edges {
        for other in edges {
            refused(&world, [edge, other].concat());
        }
        refused(&world, [edge, s].concat());
        refused(&world, [r, edge].concat());
    }
    refused(&world, [s, r].concat());
}

#[test]
fn atk_s05_es256_in_der_or_with_wide_halves() {
    let world = World::new(Algorithm::Es256);
    let (r, s) = halves(&world);
    refused(&world, [&[0][..], &r, &[0], &s].concat());
    refused(&world, [&r[..], &[0], &s, &[0]].concat());
    let (first, second) = (der_integer(&r), der_integer(&s));
    let length = u8::try_from(first.len() + second.len()).unwrap();
    let der = [&[0x30, length][..], &first, &second].concat();
    // A good signature of another form, not a bad one.
    let [header, payload, _] = world.segments();
    let message = format!("{header}.{payload}");
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &world.public.public);
    assert!(public.verify(message.as_bytes(), &der).is_ok());
    refused(&world, der);
}

#[test]
fn es256_holds_for_s_and_its_negative_and_both_are_the_same_stored_credential() {
    // FIPS 186-4 allows both; a text is known by its claims, so a second spelling of the signature wins nothing.
    let world = World::new(Algorithm::Es256);
    let (r, s) = halves(&world);
    let negative = reversed(subtract(&reversed(N), &reversed(s)));
    assert_ne!(s, negative);
    for s in [s, negative] {
        let claims = world.verify(&text(&world, [r, s].concat())).unwrap();
        assert!(claims.is_exactly(&world.identity, token(), &world.credential()));
    }
}

#[test]
fn atk_s06_ed25519_s_is_reduced() {
    let world = World::new(Algorithm::EdDsa);
    let (r, s) = halves(&world);
    let mut more = s;
    for _ in 1..=15 {
        more = add(&more, &L);
        refused(&world, [r, more].concat());
    }
    refused(&world, [r, L].concat());
    refused(&world, [r, [0; 32]].concat());
    refused(&world, [r, subtract(&L, &s)].concat());
    refused(&world, [r, subtract(&[0; 32], &s)].concat());
}

#[test]
fn atk_s06_ed25519_r_is_the_one_point_in_its_one_encoding() {
    let world = World::new(Algorithm::EdDsa);
    let (r, s) = halves(&world);
    let mut other_sign = r;
    other_sign[31] ^= 0x80;
    refused(&world, [other_sign, s].concat());
    for point in SMALL_ORDER.into_iter().chain(not_reduced()) {
        for s in [[0; 32], L, s] {
            refused(&world, [point, s].concat());
        }
    }
}
