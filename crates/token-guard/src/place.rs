//! Where a thread keeps a text, and whether another is the same.
//!
//! A place is found by a keyed hash of the end of the text, which is its signature: nobody outside can aim at a place,
//! and only texts that were good are kept. Then the whole text is compared, in a time that does not tell where the first
//! difference is.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use subtle::ConstantTimeEq as _;

/// How much of the end of a text finds its place: 192 bits of a signature.
const TAIL: usize = 32;

/// Multiplies eight bytes at a time into 128 bits and folds the halves, under a key of this process.
pub(crate) struct PlaceKey {
    start: u64,
    multiplier: u64,
}

impl PlaceKey {
    pub(crate) fn new() -> Self {
        let random = RandomState::new();
        Self { start: random.hash_one(0_u8), multiplier: random.hash_one(1_u8) | 1 }
    }

    /// A number that nobody outside can aim at.
    pub(crate) fn place(&self, text: &[u8]) -> u64 {
        let tail = text.get(text.len().saturating_sub(TAIL)..).unwrap_or_default();
        let (words, _) = tail.as_chunks::<8>();
        words.iter().fold(self.start ^ text.len() as u64, |state, word| {
            let (low, high) = (state ^ u64::from_le_bytes(*word)).carrying_mul(self.multiplier, 0);
            low ^ high
        })
    }
}

/// Looks at every byte, whatever they are; eight at a time.
pub(crate) fn is_same(kept: &[u8], presented: &[u8]) -> bool {
    if kept.len() != presented.len() {
        return false;
    }
    let ((kept, kept_rest), (presented, presented_rest)) = (kept.as_chunks::<8>(), presented.as_chunks::<8>());
    let words = kept.iter().zip(presented);
    let differing = words.fold(0, |all, (one, other)| all | (u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other)));
    let rest = kept_rest.iter().zip(presented_rest).fold(0_u8, |all, (one, other)| all | (one ^ other));
    (differing | u64::from(rest)).ct_eq(&0).into()
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_only_if_every_byte_is(text in "[a-z.]{0,60}", at in 0_usize..60, other in "[A-Z]") {
            prop_assert!(is_same(text.as_bytes(), text.as_bytes()));
            let mut changed = text.clone().into_bytes();
            if let Some(byte) = changed.get_mut(at) {
                *byte = other.as_bytes()[0];
                prop_assert!(!is_same(text.as_bytes(), &changed));
                changed.pop();
                prop_assert!(!is_same(text.as_bytes(), &changed));
            }
        }
    }

    #[test]
    fn places_are_of_this_process_alone() {
        let text = "eyJ.eyJ.0123456789abcdefghijklmnopqrstuvwxyz0123456789";
        assert_ne!(PlaceKey::new().place(text.as_bytes()), PlaceKey::new().place(text.as_bytes()));
        let key = PlaceKey::new();
        let mut places: Vec<u64> = (0..1_000).map(|n| key.place(format!("{text}{n:04}").as_bytes())).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 1_000);
        assert_eq!(key.place(b""), key.place(b""));
    }
}
