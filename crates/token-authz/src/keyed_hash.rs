//! A cheap hash of short names, under a key nobody outside the process knows.
//!
//! The names in the tables come from people who may edit roles, the names looked up may come from any caller. With a
//! fixed hash, a person with that one permission could write thousands of names that fall together and make every
//! decision, and every compilation, slow for all. So start and multiplier are drawn anew for every table. The key
//! changes how long a lookup takes, never what it answers.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Makes hashers with one key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyedHash {
    start: u64,
    multiplier: u64,
}

impl Default for KeyedHash {
    fn default() -> Self {
        let random = RandomState::new();
        Self { start: random.hash_one(0_u8), multiplier: random.hash_one(1_u8) | 1 }
    }
}

impl BuildHasher for KeyedHash {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding { state: self.start, multiplier: self.multiplier }
    }
}

/// Multiplies eight bytes at a time into 128 bits and folds the halves.
#[derive(Clone, Debug)]
pub(crate) struct Folding {
    state: u64,
    multiplier: u64,
}

impl Folding {
    fn mix(&mut self, word: u64) {
        let (low, high) = (self.state ^ word).carrying_mul(self.multiplier, 0);
        self.state = low ^ high;
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.mix(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    // The end mark of a text.
    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_spread() {
        let hash = KeyedHash::default();
        let names: Vec<String> = (0..10_000).map(|n| format!("assets.applications-{n}")).collect();
        let whole: BTreeSet<u64> = names.iter().map(|name| hash.hash_one(name.as_str())).collect();
        assert_eq!(whole.len(), names.len());
        // Random hashes leave about 1/e of the 16384 buckets' share of 10000 balls: some 7500 filled.
        let low: BTreeSet<u64> = whole.iter().map(|hash| hash & 0x3fff).collect();
        assert!(6_500 < low.len(), "{}", low.len());
        let high: BTreeSet<u64> = whole.iter().map(|hash| hash >> 57).collect();
        assert_eq!(high.len(), 128);
    }

    #[test]
    fn every_byte_counts() {
        let hash = KeyedHash::default();
        let texts = ["", "a", "b", "ab", "ba", "abcdefgh", "abcdefgi", "abcdefgha", "abcdefghb", "abcdefghabcdefgh"];
        let hashes: BTreeSet<u64> = texts.iter().map(|text| hash.hash_one(text)).collect();
        assert_eq!(hashes.len(), texts.len());
    }

    #[test]
    fn each_table_has_a_key_of_its_own() {
        assert_ne!(KeyedHash::default().hash_one("tokens"), KeyedHash::default().hash_one("tokens"));
    }
}
