//! Keys: which are taken in, how they are named and published.

use proptest::prelude::*;
use token_core::{Algorithm, KeyState, PublicKey};
use token_jwt::{KeyError, KeyRing, NewKey, SigningKey};

use crate::points::{SMALL_ORDER, not_reduced};
use crate::world::{RSA, World, at, identity, new_key};

const ED25519: &str = include_str!("../keys/test-only-ed25519.pem");
const P256: &str = include_str!("../keys/test-only-p256.pem");
const SEC1: &str = include_str!("../keys/test-only-p256-sec1.pem");
const RSA_PKCS1: &str = include_str!("../keys/test-only-rsa-2048-pkcs1.pem");

#[test]
fn keys_of_other_tools_are_imported() {
    for (pem, algorithm) in [
        (ED25519, Algorithm::EdDsa),
        (P256, Algorithm::Es256),
        (SEC1, Algorithm::Es256),
        (RSA, Algorithm::Rs256),
        (RSA_PKCS1, Algorithm::Rs256),
    ] {
        for text in [pem.to_owned(), pem.replace('\n', "\r\n"), format!("\n{pem}\n\n")] {
            let key = NewKey::import_pem(&text).unwrap();
            let public = key.public(KeyState::Next, at(7)).unwrap();
            assert_eq!((public.algorithm, public.state, public.created_at), (algorithm, KeyState::Next, at(7)));
            assert!(SigningKey::open(algorithm, public.id.clone(), key.private()).is_ok());
            assert!(KeyRing::new(&[public], None).is_ok());
        }
    }
}

#[test]
fn the_name_follows_the_key_not_its_wrapping() {
    let name = |pem| NewKey::import_pem(pem).unwrap().public(KeyState::Next, at(0)).unwrap().id;
    assert_eq!(name(RSA), name(RSA_PKCS1));
    assert_ne!(name(RSA), name(ED25519));
    // SHA-256 in base64url.
    assert_eq!(name(ED25519).as_str().len(), 43);
}

#[test]
fn atk_s10_what_is_not_one_strong_private_key_is_refused() {
    let (half, _) = ED25519.split_at(ED25519.len() / 2);
    for (bad, why) in [
        (include_str!("../keys/test-only-rsa-2048-public.pem"), "a public key"),
        (include_str!("../keys/test-only-ed25519-public.pem"), "a public key"),
        (include_str!("../keys/test-only-rsa-1024.pem"), "RSA of 1024 bits"),
        (include_str!("../keys/test-only-p384.pem"), "another curve"),
        (include_str!("../keys/test-only-ed448.pem"), "another curve"),
        (include_str!("../keys/test-only-ed25519-certificate.pem"), "a certificate"),
        (&SEC1.replace("EC ", "RSA "), "SEC1 labelled PKCS#1"),
        (half, "half a key"),
        ("", "nothing"),
        ("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----", "an empty key"),
        ("-----BEGIN PRIVATE KEY-----", "a beginning"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "three zeros"),
        ("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", "no base64"),
        (&ED25519.repeat(2), "two keys"),
        (&ED25519.replace("PRIVATE", "ENCRYPTED PRIVATE"), "another label"),
        (&RSA.replace("PRIVATE", "RSA PRIVATE"), "PKCS#8 labelled PKCS#1, read as what it is or not at all"),
        (&format!("Comment\n{ED25519}"), "a comment"),
        (&" ".repeat(20_000), "blanks"),
        ("{\"kty\":\"OKP\"}", "a JWK"),
    ] {
        match NewKey::import_pem(bad) {
            Err(error) => assert_eq!(error, KeyError::Pem, "{why}"),
            Ok(key) => {
                // Only the label was wrong: then it is the very same key.
                let id = |key: NewKey| key.public(KeyState::Next, at(0)).unwrap().id;
                assert_eq!(id(key), id(NewKey::import_pem(RSA).unwrap()), "{why}");
                assert!(why.starts_with("PKCS#8"), "{why}");
            }
        }
    }
}

#[test]
fn atk_s10_a_private_key_of_another_family_does_not_open() {
    for key in Algorithm::ALL {
        let private = new_key(*key);
        for algorithm in Algorithm::ALL {
            let opened = SigningKey::open(*algorithm, "k".parse().unwrap(), private.private());
            assert_eq!(opened.is_ok(), key == algorithm, "{key} as {algorithm}");
        }
    }
}

#[test]
fn rsa_keys_are_not_made_here() {
    assert_eq!(NewKey::generate(Algorithm::Rs256).err(), Some(KeyError::Unsupported));
}

#[test]
fn atk_s10_bad_public_keys_enter_no_ring() {
    let refused = |algorithm: Algorithm, public: &[u8]| {
        let key = PublicKey { algorithm, public: public.to_vec(), ..World::new(Algorithm::EdDsa).public };
        assert_eq!(KeyRing::new(&[key], None).err(), Some(KeyError::Public), "{algorithm} {public:02x?}");
    };
    for point in SMALL_ORDER.into_iter().chain(not_reduced()) {
        refused(Algorithm::EdDsa, &point);
    }
    for algorithm in Algorithm::ALL {
        let good = World::new(*algorithm).public.public;
        for bad in [
            Vec::new(),
            vec![0],
            vec![0; good.len()],
            vec![0xff; good.len()],
            good[..good.len() - 1].to_vec(),
            good[1..].to_vec(),
            [good.as_slice(), &[0]].concat(),
            [&[0], good.as_slice()].concat(),
        ] {
            refused(*algorithm, &bad);
        }
        // The key of another family, and the private half.
        for other in Algorithm::ALL.iter().filter(|other| *other != algorithm) {
            refused(*other, &good);
        }
        refused(*algorithm, new_key(*algorithm).private());
    }
    let mut off = World::new(Algorithm::Es256).public.public;
    off[64] ^= 1;
    refused(Algorithm::Es256, &off);
}

#[test]
fn the_published_set_has_public_members_only() {
    let keys: Vec<PublicKey> = Algorithm::ALL
        .iter()
        .map(|algorithm| PublicKey { state: KeyState::Next, ..World::new(*algorithm).public })
        .collect();
    let ring = KeyRing::new(&keys, Some(&identity())).unwrap();
    let set = serde_json::to_value(ring.jwks()).unwrap();
    let members = |place: usize| -> Vec<String> { set["keys"][place].as_object().unwrap().keys().cloned().collect() };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(members(0)), ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(sorted(members(1)), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(sorted(members(2)), ["alg", "e", "kid", "kty", "n", "use"]);
    for (place, key) in keys.iter().enumerate() {
        assert_eq!(set["keys"][place]["kid"], key.id.as_str());
        assert_eq!(set["keys"][place]["alg"], key.algorithm.as_str());
        assert_eq!(set["keys"][place]["use"], "sig");
    }
    assert_eq!(set["keys"][2]["e"], "AQAB");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn atk_s10_damaged_keys_never_panic(place in 0_usize..2_000, letter in 0_u8..=127, rsa: bool) {
        let mut pem = if rsa { RSA } else { ED25519 }.as_bytes().to_vec();
        let place = place % pem.len();
        pem[place] = letter;
        // Whatever still reads as a key is one that signs and verifies.
        if let Ok(key) = NewKey::import_pem(std::str::from_utf8(&pem).unwrap()) {
            let public = key.public(KeyState::Next, at(0)).unwrap();
            prop_assert!(KeyRing::new(&[public], None).is_ok());
        }
    }

    #[test]
    fn random_bytes_are_no_keys(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for algorithm in Algorithm::ALL {
            prop_assert!(SigningKey::open(*algorithm, "k".parse().unwrap(), &bytes).is_err());
        }
    }
}
