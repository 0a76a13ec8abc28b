//! What is issued here passes here, and nothing about it is lost.

use token_core::{Algorithm, Credential, KeyState, PublicKey};
use token_jwt::{KeyError, KeyRing, MAX_TOKEN, SigningInput, SigningKey, UnverifiedJwt, VerifyError};

use crate::world::{World, at, new_key, token};

#[test]
fn every_algorithm_verifies_what_it_signed() {
    for algorithm in Algorithm::ALL {
        let world = World::new(*algorithm);
        let text = world.issue();
        let claims = world.verify(text.expose()).unwrap();
        let credential = world.credential();
        assert_eq!(claims.sub(), token());
        assert_eq!(claims.jti(), credential.id);
        assert_eq!(claims.key(), &credential.key);
        assert_eq!(claims.issued_at(), credential.issued_at);
        assert_eq!(claims.expires_at(), credential.expires_at);
        assert!(claims.is_exactly(&world.identity, token(), &credential));
    }
}

#[test]
fn a_token_without_an_end_has_no_exp() {
    let world = World::new(Algorithm::EdDsa);
    let credential = Credential { expires_at: None, ..world.credential() };
    let input = SigningInput::new(&world.identity, token(), &credential, Algorithm::EdDsa);
    let key = SigningKey::open(Algorithm::EdDsa, credential.key.clone(), world.key.private()).unwrap();
    let claims = world.verify(key.sign(&input).unwrap().expose()).unwrap();
    assert_eq!(claims.expires_at(), None);
    assert!(claims.is_exactly(&world.identity, token(), &credential));
    assert!(!claims.is_exactly(&world.identity, token(), &world.credential()));
}

#[test]
fn s13_deterministic_algorithms_give_the_same_bytes_each_time() {
    for algorithm in Algorithm::ALL {
        let world = World::new(*algorithm);
        let (first, second) = (world.issue(), world.issue());
        assert_eq!(first == second, algorithm.is_deterministic(), "{algorithm}");
        assert!(world.verify(first.expose()).is_ok() && world.verify(second.expose()).is_ok());
    }
}

#[test]
fn s14_the_text_is_header_payload_and_signature_as_they_are_written_down() {
    let world = World::new(Algorithm::EdDsa);
    let text = world.issue();
    assert_eq!(text.expose(), world.sign(world.header_json(), World::payload_json()));
}

#[test]
fn atk_s08_states_of_keys() {
    let old = World::new(Algorithm::EdDsa);
    for state in KeyState::ALL {
        let key = PublicKey { state: *state, ..old.public.clone() };
        let ring = KeyRing::new(&[key], Some(&old.identity)).unwrap();
        let text = old.issue();
        let verified = ring.verify(&UnverifiedJwt::parse(text.expose(), MAX_TOKEN).unwrap());
        assert_eq!(verified.is_ok(), *state != KeyState::Withdrawn, "{state}");
        assert_eq!(ring.holds(&old.public.id), state.verifies());
        assert_eq!(ring.jwks().keys.len(), usize::from(state.verifies()));
    }
}

#[test]
fn nothing_verifies_before_there_is_an_issuer() {
    let world = World::new(Algorithm::EdDsa);
    let ring = KeyRing::new(std::slice::from_ref(&world.public), None).unwrap();
    let text = world.issue();
    let jwt = UnverifiedJwt::parse(text.expose(), MAX_TOKEN).unwrap();
    assert_eq!(ring.verify(&jwt), Err(VerifyError::NoIdentity));
}

#[test]
fn an_empty_ring_verifies_nothing() {
    let world = World::new(Algorithm::EdDsa);
    let ring = KeyRing::new(&[], Some(&world.identity)).unwrap();
    let text = world.issue();
    let jwt = UnverifiedJwt::parse(text.expose(), MAX_TOKEN).unwrap();
    assert_eq!(ring.verify(&jwt), Err(VerifyError::UnknownHeader));
}

#[test]
fn a_key_signs_only_what_names_it() {
    let world = World::new(Algorithm::EdDsa);
    let other = new_key(Algorithm::EdDsa);
    let id = other.public(KeyState::Signing, at(0)).unwrap().id;
    let key = SigningKey::open(Algorithm::EdDsa, id, other.private()).unwrap();
    assert_eq!(key.sign(&world.input()), Err(KeyError::WrongKey));
    let relabelled = SigningInput::new(&world.identity, token(), &world.credential(), Algorithm::Rs256);
    let own = SigningKey::open(Algorithm::EdDsa, world.public.id.clone(), world.key.private()).unwrap();
    assert_eq!(own.sign(&relabelled), Err(KeyError::WrongKey));
}

#[test]
fn atk_c14_a_good_text_of_another_credential_is_not_exactly_this_one() {
    let world = World::new(Algorithm::EdDsa);
    let claims = world.verify(world.issue().expose()).unwrap();
    let stored = world.credential();
    let other = "0192f3c1-7a52-7c11-8d4e-0242ac120009";
    let mut identity = world.identity.clone();
    identity.audience = "other".parse().unwrap();
    for (why, credential) in [
        ("jti", Credential { id: other.parse().unwrap(), ..stored.clone() }),
        ("kid", Credential { key: "other".parse().unwrap(), ..stored.clone() }),
        ("iat", Credential { issued_at: at(1_700_000_001), ..stored.clone() }),
        ("exp", Credential { expires_at: Some(at(1_800_000_001)), ..stored.clone() }),
        ("no exp", Credential { expires_at: None, ..stored.clone() }),
    ] {
        assert!(!claims.is_exactly(&world.identity, token(), &credential), "{why}");
    }
    assert!(!claims.is_exactly(&world.identity, other.parse().unwrap(), &stored), "sub");
    assert!(!claims.is_exactly(&identity, token(), &stored), "aud");
}

#[test]
fn p55_claims_keys_and_inputs_print_no_text() {
    let world = World::new(Algorithm::EdDsa);
    let [header, payload, signature] = world.segments();
    let own = SigningKey::open(Algorithm::EdDsa, world.public.id.clone(), world.key.private()).unwrap();
    let claims = world.verify(world.issue().expose()).unwrap();
    let printed =
        format!("{claims:?} {own:?} {:?} {:?} {:?} {:?}", world.key, world.ring, world.input(), world.issue());
    let private = format!("{:?}", world.key.private());
    for secret in [header, payload, signature, private] {
        assert!(!printed.contains(&secret), "{printed}");
    }
}
