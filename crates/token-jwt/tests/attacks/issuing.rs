//! What is issued here passes here, and nothing about it is lost.

use token_core::{Algorithm, Credential, KeyState};
use token_jwt::{KeyError, SigningInput, SigningKey};

use crate::world::{World, at, claims, new_key, on_each, token};

#[test]
fn every_algorithm_verifies_what_it_signed() {
    on_each(|world| {
        let claims = world.verify(world.text.expose()).unwrap();
        let credential = world.credential();
        assert_eq!(claims.sub(), token());
        assert_eq!(claims.jti(), credential.id);
        assert_eq!(claims.key(), &credential.key);
        assert_eq!(claims.issued_at(), credential.issued_at);
        assert_eq!(claims.expires_at(), credential.expires_at);
        assert!(claims.is_exactly(&world.identity, token(), &credential));
    });
}

#[test]
fn a_token_without_an_end_has_no_exp() {
    on_each(|world| {
        let credential = Credential { expires_at: None, ..world.credential() };
        let input = SigningInput::new(&world.identity, token(), &credential, world.algorithm());
        let claims = world.verify(world.signing().sign(&input).unwrap().expose()).unwrap();
        assert_eq!(claims.expires_at(), None);
        assert!(claims.is_exactly(&world.identity, token(), &credential));
        assert!(!claims.is_exactly(&world.identity, token(), &world.credential()));
    });
}

#[test]
fn s13_s15_deterministic_algorithms_give_the_same_bytes_each_time() {
    on_each(|world| {
        let again = world.signing().sign(&world.input()).unwrap();
        assert_eq!(world.text == again, world.algorithm().is_deterministic(), "{}", world.algorithm());
        assert!(world.verify(again.expose()).is_ok());
    });
}

#[test]
fn s14_the_text_is_header_payload_and_signature_as_they_are_written_down() {
    on_each(|world| {
        let by_hand = world.sign(world.header().to_string(), claims().to_string());
        let signed = |text: &str| text.rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(signed(world.text.expose()), signed(&by_hand));
        // So that what the attacks sign by hand is what we sign.
        assert!(world.verify(&by_hand).unwrap().is_exactly(&world.identity, token(), &world.credential()));
        assert_eq!(world.text.expose() == by_hand, world.algorithm().is_deterministic());
    });
}

#[test]
fn a_key_signs_only_what_names_it() {
    let world = World::new(Algorithm::EdDsa);
    let other = new_key(Algorithm::EdDsa);
    let id = other.public(KeyState::Signing, at(0)).unwrap().id;
    let key = SigningKey::open(Algorithm::EdDsa, id, other.private()).unwrap();
    assert_eq!(key.sign(&world.input()), Err(KeyError::WrongKey));
    let relabelled = SigningInput::new(&world.identity, token(), &world.credential(), Algorithm::Rs256);
    assert_eq!(world.signing().sign(&relabelled), Err(KeyError::WrongKey));
}

#[test]
fn p55_claims_keys_and_inputs_print_no_text() {
    on_each(|world| {
        let claims = world.verify(world.text.expose()).unwrap();
        let (own, input) = (world.signing(), world.input());
        let printed = format!("{claims:?} {own:?} {:?} {:?} {input:?} {:?}", world.key, world.ring, world.text);
        let private = format!("{:?}", world.key.private());
        for secret in world.segments().into_iter().chain([private.as_str()]) {
            assert!(!printed.contains(secret), "{printed}");
        }
    });
}
