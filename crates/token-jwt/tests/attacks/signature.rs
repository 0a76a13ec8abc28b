//! Signatures: taken off, altered, borrowed from another text or another key.

use token_core::{Algorithm, KeyState, PublicKey};
use token_jwt::{KeyError, KeyRing, MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::hand;
use crate::world::{World, at, claims, decode, encode, on_each};

/// The issued header and payload under another signature.
fn refused(world: &World, signature: impl AsRef<[u8]>) {
    let [header, payload, _] = world.segments();
    world.refuses(&format!("{header}.{payload}.{}", encode(signature)), VerifyError::Signature);
}

fn signature_of(world: &World) -> Vec<u8> {
    decode(world.segments()[2])
}

#[test]
fn atk_s01_no_signature_with_and_without_its_dot() {
    on_each(|world| {
        let [header, payload, signature] = world.segments();
        for text in [
            format!("{header}.{payload}."),
            format!("{header}.{payload}"),
            format!("{header}.{payload}{signature}"),
            format!("{header}.{payload}.."),
            format!(".{payload}.{signature}"),
        ] {
            world.refuses(&text, VerifyError::Shape);
        }
    });
}

#[test]
fn atk_s02_every_single_bit_flipped() {
    on_each(|world| {
        let good = signature_of(world);
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[place] ^= 1 << bit;
                refused(world, &bad);
            }
            let mut bad = good.clone();
            bad[place] = !bad[place];
            refused(world, &bad);
        }
    });
}

#[test]
fn atk_s03_cut_extended_doubled_reversed() {
    on_each(|world| {
        let good = signature_of(world);
        for end in 1..good.len() {
            refused(world, &good[..end]);
            refused(world, &good[end..]);
        }
        for bad in [
            [good.as_slice(), &[0]].concat(),
            [&[0], good.as_slice()].concat(),
            [good.as_slice(), &[0; 64]].concat(),
            good.repeat(2),
            good.iter().rev().copied().collect(),
            [&good[good.len() / 2..], &good[..good.len() / 2]].concat(),
        ] {
            refused(world, bad);
        }
    });
}

#[test]
fn atk_s04_all_zero_and_all_one_of_every_length() {
    on_each(|world| {
        for length in (1..=72).chain([96, 128, 255, 256, 257, 384, 512]) {
            refused(world, vec![0; length]);
            refused(world, vec![0xff; length]);
        }
    });
}

#[test]
fn atk_s07_halves_of_two_valid_texts() {
    on_each(|world| {
        let other = world.sign(world.header().to_string(), claims().with("exp", "1800000001"));
        assert!(world.verify(&other).is_ok());
        let [header, own, signature] = world.segments();
        let [_, their_payload, their_signature] = <[&str; 3]>::try_from(other.split('.').collect::<Vec<_>>()).unwrap();
        world.refuses(&format!("{header}.{own}.{their_signature}"), VerifyError::Signature);
        world.refuses(&format!("{header}.{their_payload}.{signature}"), VerifyError::Signature);
    });
}

#[test]
fn atk_s08_next_signing_and_retired_keys_vouch_and_withdrawn_ones_never() {
    on_each(|world| {
        for state in KeyState::ALL {
            let key = PublicKey { state: *state, ..world.public.clone() };
            let ring = KeyRing::new(&[key], Some(&world.identity)).unwrap();
            let verified = ring.verify(&UnverifiedJwt::parse(world.text.expose(), MAX_TOKEN).unwrap());
            match state {
                KeyState::Next | KeyState::Signing | KeyState::Retired => assert!(verified.is_ok(), "{state}"),
                KeyState::Withdrawn => assert_eq!(verified, Err(VerifyError::UnknownHeader)),
            }
            let vouches = *state != KeyState::Withdrawn;
            assert_eq!(ring.holds(&world.public.id), vouches, "{state}");
            assert_eq!(ring.jwks().keys.len(), usize::from(vouches), "{state}");
        }
    });
}

#[test]
fn atk_s08_p51_a_withdrawn_key_vouches_for_nothing_while_others_do() {
    on_each(|stolen| {
        let other = World::foreign(stolen.algorithm());
        let withdrawn = PublicKey { state: KeyState::Withdrawn, created_at: at(1), ..stolen.public.clone() };
        let ring = KeyRing::new(&[withdrawn, other.public.clone()], Some(&other.identity)).unwrap();
        let parse = |world: &World| ring.verify(&UnverifiedJwt::parse(world.text.expose(), MAX_TOKEN).unwrap());
        assert_eq!(parse(stolen).err(), Some(VerifyError::UnknownHeader));
        assert!(parse(&other).is_ok());
    });
}

#[test]
fn atk_s09_the_same_message_signed_by_a_foreign_key() {
    on_each(|ours| {
        for algorithm in Algorithm::ALL {
            let theirs = World::foreign(*algorithm);
            let [header, payload, _] = ours.segments();
            let message = format!("{header}.{payload}");
            refused(ours, hand::sign(*algorithm, theirs.key.private(), message.as_bytes()));
        }
    });
}

#[test]
fn atk_s09_two_keys_of_one_name_enter_no_ring() {
    for one in Algorithm::ALL {
        for two in Algorithm::ALL {
            let one = World::new(*one).public;
            for state in KeyState::ALL {
                let two = PublicKey { id: one.id.clone(), state: *state, ..World::foreign(*two).public };
                // Also when one of them was withdrawn: its texts come back by no other key.
                for keys in [[one.clone(), two.clone()], [two.clone(), one.clone()], [one.clone(), one.clone()]] {
                    assert_eq!(KeyRing::new(&keys, None).err(), Some(KeyError::Duplicate));
                }
            }
        }
    }
}
