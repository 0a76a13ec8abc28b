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
        // The last word overlaps the one before it, and short texts are read twice over: no loop over single bytes. The
        // length keeps apart what would read alike, and nobody knows what it comes to.
        self.state ^= (bytes.len() as u64).wrapping_mul(self.multiplier);
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.mix(last_word(bytes));
        }
    }

    // The end mark of a text, of which the length says as much.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.state
    }
}

/// The last eight bytes; of fewer, all of them, some twice.
fn last_word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.last_chunk() {
        return u64::from_le_bytes(*word);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    }
    let byte = |at: usize| bytes.get(at).copied().map_or(0, u64::from);
    byte(0) << 16 | byte(bytes.len() / 2) << 8 | byte(bytes.len().saturating_sub(1))
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
    fn short_texts_of_one_letter_are_told_apart_by_their_length() {
        let hash = KeyedHash::default();
        let hashes: BTreeSet<u64> = (0..20).map(|length| hash.hash_one("a".repeat(length))).collect();
        assert_eq!(hashes.len(), 20);
        let all: BTreeSet<u64> = (0..1_u32 << 18)
            .map(|number| {
                (0..3).map(|place| char::from(b'a' + ((number >> (6 * place)) & 63) as u8)).collect::<String>()
            })
            .map(|name| hash.hash_one(name))
            .collect();
        assert_eq!(all.len(), 1 << 18, "each name of three letters");
    }

    #[test]
    fn each_table_has_a_key_of_its_own() {
        assert_ne!(KeyedHash::default().hash_one("tokens"), KeyedHash::default().hash_one("tokens"));
    }
}
