//! Good texts with bytes changed, cut, added and mixed, and texts made of anything.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, UnverifiedJwt};

use crate::world::{World, claims, token};

static WORLDS: LazyLock<Vec<World>> =
    LazyLock::new(|| Algorithm::ALL.iter().map(|algorithm| World::new(*algorithm)).collect());

/// Whether the text passes as the stored credential.
fn passes(world: &World, text: &str) -> bool {
    world.verify(text).is_ok_and(|claims| claims.is_exactly(&world.identity, token(), &world.credential()))
}

/// Whether it verifies at all, as whatever it claims.
fn verifies(world: &World, text: &str) -> bool {
    world.verify(text).is_ok()
}

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Flip(Index, u8),
    Swap(Index, Index),
    Repeat(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(b"Aa0-_.=+/ ~\0".to_vec())];
    prop_oneof![
        (any::<Index>(), byte()).prop_map(|(place, byte)| Change::Replace(place, byte)),
        (any::<Index>(), prop::collection::vec(byte(), 1..9)).prop_map(|(place, more)| Change::Insert(place, more)),
        (any::<Index>(), 1_usize..50).prop_map(|(place, length)| Change::Remove(place, length)),
        (any::<Index>(), 0_u8..8).prop_map(|(place, bit)| Change::Flip(place, bit)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Change::Swap(one, other)),
        (any::<Index>(), 1_usize..50).prop_map(|(place, length)| Change::Repeat(place, length)),
    ]
}

/// The text with all these changes, one after the other.
fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        apply(&mut bytes, change);
    }
    bytes
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match change {
        Change::Replace(place, byte) => bytes[place.index(length)] = *byte,
        Change::Insert(place, more) => {
            let place = place.index(length + 1);
            bytes.splice(place..place, more.iter().copied());
        }
        Change::Remove(place, count) => {
            let place = place.index(length);
            bytes.drain(place..(place + count).min(length));
        }
        Change::Flip(place, bit) => bytes[place.index(length)] ^= 1 << bit,
        Change::Swap(one, other) => bytes.swap(one.index(length), other.index(length)),
        Change::Repeat(place, count) => {
            let place = place.index(length);
            let again = bytes[place..(place + count).min(length)].to_vec();
            bytes.splice(place..place, again);
        }
    }
}

#[test]
fn p01_every_single_bit_of_a_text_counts() {
    for world in WORLDS.iter() {
        let text = world.text.expose();
        for place in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                // What is not UTF-8 never becomes a text at all.
                if let Ok(bad) = std::str::from_utf8(&bytes) {
                    assert!(!verifies(world, bad), "bit {bit} of byte {place}");
                }
            }
        }
    }
}

#[test]
fn p01_every_place_holds_the_one_letter_it_must() {
    for world in WORLDS.iter() {
        let text = world.text.expose();
        for place in 0..text.len() {
            let (before, after) = (text.split_at(place).0, text.split_at(place + 1).1);
            for letter in ["", "A", "B", "_", ".", "=", "+", " ", "\u{430}"] {
                let other = format!("{before}{letter}{after}");
                assert_eq!(verifies(world, &other), other == text, "{letter:?} at {place}");
            }
        }
    }
}

#[test]
fn p01_every_cut_is_refused() {
    for world in WORLDS.iter() {
        let text = world.text.expose();
        for place in 0..text.len() {
            let (before, after) = text.split_at(place);
            assert!(!verifies(world, before), "the first {place} bytes");
            assert!(before.is_empty() || !verifies(world, after), "without the first {place} bytes");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn p01_no_changed_text_passes(which in 0_usize..3, changes in prop::collection::vec(change(), 1..6)) {
        let world = &WORLDS[which];
        let bytes = changed(world.text.expose(), &changes);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            // Changes may undo each other.
            prop_assert_eq!(verifies(world, text), text == world.text.expose());
        }
    }

    #[test]
    fn p01_no_payload_changed_inside_passes_truly_signed(
        which in 0_usize..3,
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let world = &WORLDS[which];
        let own = claims().to_string();
        let payload = changed(&own, &changes);
        let text = world.sign(world.header().to_string(), &payload);
        prop_assert_eq!(passes(world, &text), payload == own.as_bytes());
    }

    #[test]
    fn p01_no_header_changed_inside_verifies_truly_signed(
        which in 0_usize..3,
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let world = &WORLDS[which];
        let own = world.header().to_string();
        let header = changed(&own, &changes);
        let text = world.sign(&header, claims().to_string());
        prop_assert_eq!(verifies(world, &text), header == own.as_bytes());
    }

    #[test]
    fn p01_the_beginning_of_one_and_the_end_of_another(a in 0_usize..3, b in 0_usize..3, place: Index) {
        let (world, first, second) = (&WORLDS[a], WORLDS[a].text.expose(), WORLDS[b].text.expose());
        let place = place.index(first.len().min(second.len()));
        let bad = [first.split_at(place).0, second.split_at(place).1].concat();
        prop_assert_eq!(verifies(world, &bad), bad == first);
    }

    #[test]
    fn p01_p06_anything_at_all(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC*") {
        for world in WORLDS.iter() {
            prop_assert!(!verifies(world, &text));
            prop_assert!(!verifies(world, &String::from_utf8_lossy(&bytes)));
            prop_assert!(!verifies(world, &bytes.iter().copied().map(char::from).collect::<String>()));
        }
    }

    #[test]
    fn p01_p06_anything_that_looks_right(
        text in "[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,200}\\.[A-Za-z0-9_-]{0,90}",
        max in 0_usize..MAX_TOKEN,
    ) {
        prop_assert!(text.len() <= max || UnverifiedJwt::parse(&text, max).is_err());
        for world in WORLDS.iter() {
            prop_assert!(!verifies(world, &text));
        }
    }

    #[test]
    fn p01_p06_anything_under_our_header_truly_signed(
        which in 0_usize..3,
        payload in prop::collection::vec(any::<u8>(), 0..300),
        json in "\\PC{0,120}",
    ) {
        let world = &WORLDS[which];
        for payload in [payload.as_slice(), json.as_bytes()] {
            prop_assert!(!verifies(world, &world.sign(world.header().to_string(), payload)));
        }
    }
}
