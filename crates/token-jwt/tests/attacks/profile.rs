//! The one profile: key, algorithm and claims belong together, and times are handed on unjudged.

use token_core::{Algorithm, Credential, Identity, PublicKey, TokenId};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::hand;
use crate::members::quoted;
use crate::world::{World, at, claims, encode, identity, on_each, token};

const OTHER: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120009";

#[test]
fn p01_every_claim_equals_the_stored_credential() {
    on_each(|world| {
        let claims = world.verify(world.text.expose()).unwrap();
        let stored = world.credential();
        assert!(claims.is_exactly(&world.identity, token(), &stored));
        for (why, credential) in [
            ("jti", Credential { id: OTHER.parse().unwrap(), ..stored.clone() }),
            ("kid", Credential { key: "other".parse().unwrap(), ..stored.clone() }),
            ("iat", Credential { issued_at: at(1_700_000_001), ..stored.clone() }),
            ("exp", Credential { expires_at: Some(at(1_800_000_001)), ..stored.clone() }),
            ("exp", Credential { expires_at: Some(at(1_799_999_999)), ..stored.clone() }),
            ("no exp", Credential { expires_at: None, ..stored.clone() }),
        ] {
            assert!(!claims.is_exactly(&world.identity, token(), &credential), "{why}");
        }
        let theirs: TokenId = OTHER.parse().unwrap();
        assert!(!claims.is_exactly(&world.identity, theirs, &stored), "sub");
        for identity in [
            Identity { issuer: "https://other.example".parse().unwrap(), ..identity() },
            Identity { audience: "other".parse().unwrap(), ..identity() },
        ] {
            assert!(!claims.is_exactly(&identity, token(), &stored), "iss, aud");
        }
    });
}

#[test]
fn p01_a_stolen_key_alters_no_claim() {
    on_each(|world| {
        for (name, value) in [
            ("sub", quoted(OTHER)),
            ("jti", quoted(OTHER)),
            ("iat", "1700000001".to_owned()),
            ("exp", "1800000001".to_owned()),
        ] {
            world.takes_for_another(&claims().with(name, &value));
        }
        world.takes_for_another(&claims().without("exp"));
    });
}

#[test]
fn p01_name_algorithm_and_key_belong_together() {
    let worlds: Vec<World> = Algorithm::ALL.iter().map(|algorithm| World::new(*algorithm)).collect();
    let keys: Vec<PublicKey> = worlds.iter().map(|world| world.public.clone()).collect();
    let ring = KeyRing::new(&keys, Some(&identity())).unwrap();
    for named in &worlds {
        for labelled in Algorithm::ALL {
            for signing in &worlds {
                let header = encode(named.header().with("alg", &quoted(labelled)));
                let input = format!("{header}.{}", encode(claims().to_string()));
                let signature = encode(hand::sign(signing.algorithm(), signing.key.private(), input.as_bytes()));
                let text = format!("{input}.{signature}");
                let verified = ring.verify(&UnverifiedJwt::parse(&text, MAX_TOKEN).unwrap());
                let same_label = *labelled == named.algorithm();
                let expected = match (same_label, signing.algorithm() == named.algorithm()) {
                    (true, true) => None,
                    (true, false) => Some(VerifyError::Signature),
                    (false, _) => Some(VerifyError::UnknownHeader),
                };
                assert_eq!(verified.err(), expected, "{} as {labelled}", named.algorithm());
            }
        }
    }
}

#[test]
fn p01_nothing_verifies_before_there_is_an_issuer_or_without_keys() {
    on_each(|world| {
        let jwt = UnverifiedJwt::parse(world.text.expose(), MAX_TOKEN).unwrap();
        let no_issuer = KeyRing::new(std::slice::from_ref(&world.public), None).unwrap();
        assert_eq!(no_issuer.verify(&jwt), Err(VerifyError::NoIdentity));
        let no_keys = KeyRing::new(&[], Some(&world.identity)).unwrap();
        assert_eq!(no_keys.verify(&jwt), Err(VerifyError::UnknownHeader));
    });
}

#[test]
fn p02_exp_is_handed_on_to_the_second_and_not_judged() {
    on_each(|world| {
        for exp in [0, 1, 1_699_999_999, 1_799_999_999, 1_800_000_000, 1_800_000_001, 253_402_300_799] {
            let text = world.sign(world.header().to_string(), claims().with("exp", &exp.to_string()));
            assert_eq!(world.verify(&text).unwrap().expires_at(), Some(at(exp)));
        }
        let text = world.sign(world.header().to_string(), claims().without("exp"));
        assert_eq!(world.verify(&text).unwrap().expires_at(), None);
    });
}

#[test]
fn p02_iat_is_compared_with_no_clock() {
    on_each(|world| {
        for iat in [0, 1_700_000_000, 1_800_000_001, 253_402_300_799] {
            let text = world.sign(world.header().to_string(), claims().with("iat", &iat.to_string()));
            assert_eq!(world.verify(&text).unwrap().issued_at(), at(iat));
        }
    });
}
