//! Verification of one Ed25519 token beside the raw signature check of ring.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;

use criterion::Criterion;
use ring::signature::{ED25519, UnparsedPublicKey};
use token_bench::print_ratio;
use token_core::{Algorithm, Clock as _, Credential, CredentialId, Encoding, Ends, Identity, KeyState, TokenId};
use token_jwt::{KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, UnverifiedJwt};
use token_testkit::{FixedClock, SeededRandomness};

fn main() {
    let (now, randomness) = (FixedClock::at(1_900_000_000).now(), SeededRandomness::new(1));
    let key = NewKey::generate(Algorithm::EdDsa).expect("a key");
    let public = key.public(KeyState::Signing, now.seconds()).expect("a key");
    let identity = Identity { issuer: "https://t.example".parse().expect("iss"), audience: "a".parse().expect("aud") };
    let credential = Credential {
        id: CredentialId::new(now, &randomness).expect("an id"),
        key: public.id.clone(),
        issued_at: now.seconds(),
        expires_at: None,
        encoding: Encoding::V1,
        ends: Ends::Never,
    };
    let token = TokenId::new(now, &randomness).expect("an id");
    let input = SigningInput::new(&identity, token, &credential, Algorithm::EdDsa);
    let signing = SigningKey::open(Algorithm::EdDsa, public.id.clone(), key.private()).expect("a key");
    let text = signing.sign(&input).expect("a text");
    let ring = KeyRing::new(std::slice::from_ref(&public), Some(&identity)).expect("a ring");
    // Another message of the same length, signed once, for ring alone.
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.private()).expect("a key");
    let signature = pair.sign(input.as_str().as_bytes());
    let raw = UnparsedPublicKey::new(&ED25519, public.public);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("verify");
    group.bench_function("ring alone", |b| {
        b.iter(|| raw.verify(black_box(input.as_str().as_bytes()), signature.as_ref()));
    });
    group.bench_function("the whole text", |b| {
        b.iter(|| ring.verify(&UnverifiedJwt::parse(black_box(text.expose()), MAX_TOKEN).expect("three segments")));
    });
    group.finish();
    print_ratio(
        "the whole text beside ring alone",
        || {
            let _ = black_box(raw.verify(black_box(input.as_str().as_bytes()), signature.as_ref()));
        },
        || {
            let jwt = UnverifiedJwt::parse(black_box(text.expose()), MAX_TOKEN).expect("three segments");
            let _ = black_box(ring.verify(&jwt));
        },
    );
}
