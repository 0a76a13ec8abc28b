//! Texts whose signature was good, and that are what we signed: whoever presents one again is not checked again.
//!
//! A place is found by a keyed hash of the end of the text, which is its signature: nobody outside can aim at a place,
//! and only texts that were good are kept. Then the whole text is compared, in a time that does not tell where the first
//! difference is.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use quick_cache::sync::Cache;
use subtle::ConstantTimeEq as _;
use token_core::{CredentialId, Seq, TokenId};
use token_jwt::VerifiedClaims;

use crate::sync::Arc;

/// How much of the end of a text finds its place: 192 bits of a signature.
const TAIL: usize = 32;

/// What a text was found to be.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) text: Arc<[u8]>,
    pub(crate) token: TokenId,
    pub(crate) jti: CredentialId,
    /// The keys that vouched for it; under other keys it is checked again.
    keys: Seq,
}

/// See the module. Bounded.
pub(crate) struct Verified {
    places: Cache<u64, Arc<Seen>>,
    key: Key,
}

/// Multiplies eight bytes at a time into 128 bits and folds the halves, under a key of this process.
struct Key {
    start: u64,
    multiplier: u64,
}

impl Key {
    fn new() -> Self {
        let random = RandomState::new();
        Self { start: random.hash_one(0_u8), multiplier: random.hash_one(1_u8) | 1 }
    }

    fn place(&self, text: &[u8]) -> u64 {
        let tail = text.get(text.len().saturating_sub(TAIL)..).unwrap_or_default();
        let (words, _) = tail.as_chunks::<8>();
        words.iter().fold(self.start ^ text.len() as u64, |state, word| {
            let (low, high) = (state ^ u64::from_le_bytes(*word)).carrying_mul(self.multiplier, 0);
            low ^ high
        })
    }
}

impl Verified {
    pub(crate) fn new(entries: usize) -> Self {
        Self { places: Cache::new(entries.max(1)), key: Key::new() }
    }

    /// Where a text has its place: a number that nobody outside can aim at.
    pub(crate) fn place(&self, text: &str) -> u64 {
        self.key.place(text.as_bytes())
    }

    /// What the text of a place is, if it was good under these keys.
    pub(crate) fn get(&self, place: u64, text: &str, keys: Seq) -> Option<Arc<Seen>> {
        let seen = self.places.get(&place)?;
        (seen.keys == keys && is_same(&seen.text, text.as_bytes())).then_some(seen)
    }

    /// Keeps a text whose signature these keys made, and that is, byte for byte, what we signed.
    pub(crate) fn keep(&self, text: &str, claims: &VerifiedClaims, keys: Seq) {
        let seen = Seen { text: text.as_bytes().into(), token: claims.sub(), jti: claims.jti(), keys };
        self.places.insert(self.key.place(text.as_bytes()), Arc::new(seen));
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.places.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
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
        assert_ne!(Key::new().place(text.as_bytes()), Key::new().place(text.as_bytes()));
        let key = Key::new();
        let mut places: Vec<u64> = (0..1_000).map(|n| key.place(format!("{text}{n:04}").as_bytes())).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 1_000);
        assert_eq!(key.place(b""), key.place(b""));
    }
}
