//! Good texts with bytes changed, cut, added and mixed, and texts made of anything.

use proptest::prelude::*;
use std::sync::LazyLock;
use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, UnverifiedJwt};

use crate::world::World;

static WORLDS: LazyLock<Vec<(World, String)>> = LazyLock::new(|| {
    let issue = |algorithm: &Algorithm| {
        let world = World::new(*algorithm);
        let text = world.issue().expose().to_owned();
        (world, text)
    };
    Algorithm::ALL.iter().map(issue).collect()
});

#[test]
fn p01_atk_s02_every_single_bit_counts() {
    for (world, text) in WORLDS.iter() {
        for place in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                // What is not UTF-8 never becomes a text at all.
                if let Ok(bad) = std::str::from_utf8(&bytes) {
                    world.refused(bad, &format!("bit {bit} of byte {place}"));
                }
            }
        }
    }
}

#[test]
fn p01_every_cut_is_refused() {
    for (world, text) in WORLDS.iter() {
        for place in 0..text.len() {
            let (before, after) = text.split_at(place);
            world.refused(before, &format!("the first {place} bytes"));
            if !before.is_empty() {
                world.refused(after, &format!("without the first {place} bytes"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn p01_another_byte_anywhere(which in 0_usize..3, place: prop::sample::Index, letter in "[A-Za-z0-9_.=+/ -]") {
        let (world, text) = &WORLDS[which];
        let place = place.index(text.len());
        let (before, after) = (text.split_at(place).0, text.split_at(place + 1).1);
        let bad = format!("{before}{letter}{after}");
        prop_assert_eq!(world.verify(&bad).is_ok(), bad == *text);
    }

    #[test]
    fn p01_something_added_anywhere(which in 0_usize..3, place: prop::sample::Index, more in "[A-Za-z0-9_.=-]{1,8}") {
        let (world, text) = &WORLDS[which];
        let place = place.index(text.len() + 1);
        let (before, after) = text.split_at(place);
        let bad = format!("{before}{more}{after}");
        prop_assert!(world.verify(&bad).is_err());
    }

    #[test]
    fn p01_something_left_out(which in 0_usize..3, place: prop::sample::Index, length in 1_usize..50) {
        let (world, text) = &WORLDS[which];
        let place = place.index(text.len());
        let end = (place + length).min(text.len());
        let bad = [text.split_at(place).0, text.split_at(end).1].concat();
        prop_assert!(world.verify(&bad).is_err());
    }

    #[test]
    fn p01_the_beginning_of_one_and_the_end_of_another(a in 0_usize..3, b in 0_usize..3, place: prop::sample::Index) {
        let ((world, first), (_, second)) = (&WORLDS[a], &WORLDS[b]);
        let place = place.index(first.len().min(second.len()));
        let bad = [first.split_at(place).0, second.split_at(place).1].concat();
        prop_assert_eq!(world.verify(&bad).is_ok(), bad == *first);
    }

    #[test]
    fn p06_anything_at_all(text in "\\PC*") {
        prop_assert!(WORLDS[0].0.verify(&text).is_err());
    }

    #[test]
    fn p06_anything_that_looks_right(text in "[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,200}\\.[A-Za-z0-9_-]{0,90}") {
        prop_assert!(WORLDS[0].0.verify(&text).is_err());
    }

    #[test]
    fn p06_anything_under_our_header_truly_signed(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let world = &WORLDS[0].0;
        let text = world.sign(world.header_json(), payload);
        prop_assert!(UnverifiedJwt::parse(&text, MAX_TOKEN).is_err() || world.verify(&text).is_err());
    }
}
