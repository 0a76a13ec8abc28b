//! Texts whose signature was good before, as keyed digests. Answers one question only: whether a text costs its
//! address anything. It replaces no check, so a digest of 64 bits that nobody outside can aim at is enough.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Places in all: 1 MB, whatever the number of tokens.
const PLACES: usize = 1 << 17;
/// Places a digest may stand in.
const WAYS: usize = 4;

/// A bounded set that forgets; no lock, so that calls never wait for each other here.
pub(crate) struct SeenGood {
    hasher: RandomState,
    /// 0 is an empty place.
    places: Box<[AtomicU64]>,
}

impl SeenGood {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), places: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Whether the text is in the set.
    pub(crate) fn has(&self, text: &str) -> bool {
        let digest = self.digest(text);
        self.ways(digest).iter().any(|place| place.load(Ordering::Relaxed) == digest)
    }

    /// Puts a text in; it may push out another.
    pub(crate) fn add(&self, text: &str) {
        let digest = self.digest(text);
        let ways = self.ways(digest);
        let known = |wanted: u64| ways.iter().find(|place| place.load(Ordering::Relaxed) == wanted);
        // Which of them has to go depends on the digest alone, which is as good as by chance.
        let chosen = usize::try_from(digest >> 62).ok().and_then(|way| ways.get(way));
        if let Some(place) = known(digest).or_else(|| known(0)).or(chosen) {
            place.store(digest, Ordering::Relaxed);
        }
    }

    fn digest(&self, text: &str) -> u64 {
        self.hasher.hash_one(text).max(1)
    }

    fn ways(&self, digest: u64) -> &[AtomicU64] {
        let sets = (PLACES / WAYS) as u64;
        let first = usize::try_from(digest % sets).unwrap_or(0) * WAYS;
        self.places.get(first..first + WAYS).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else_is() {
        let seen = SeenGood::new();
        for number in 0..10_000 {
            seen.add(&format!("good {number}"));
        }
        let found = (0..10_000).filter(|number| seen.has(&format!("good {number}"))).count();
        assert!(9_900 < found, "{found}: a tenth of the places is taken, so hardly any is pushed out");
        assert!((0..10_000).all(|number| !seen.has(&format!("bad {number}"))));
    }

    #[test]
    fn atk_d08_a_hundred_thousand_texts_and_more_take_no_more_room() {
        let seen = SeenGood::new();
        for number in 0..300_000 {
            seen.add(&number.to_string());
        }
        assert_eq!(seen.places.len(), PLACES);
        assert!(seen.has("299999"), "the newest is there");
    }
}
