//! Keyed digests of texts, by which a process knows a text again without keeping it.

use core::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use token_core::RandomnessFailed;

/// What a text comes to under a key of this process: 128 bits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct TextDigest([u8; 16]);

/// Makes digests under a key that is drawn with it, and that nobody is told.
///
/// A digest is the tag of AES-256-GCM over the text as additional data (GMAC, NIST SP 800-38D §3). All have the same nonce, so
/// they are no signatures: whoever saw two of them could forge more. They are for tables in this process, and nothing shows
/// them. To whoever does not see them, no two texts that he may choose have the same digest but by a chance of 2^-118 for texts
/// of 8 KiB, and no digest can be aimed at.
pub struct TextDigests(LessSafeKey);

impl TextDigests {
    /// Under a new key.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`] when the operating system gives none.
    pub fn new() -> Result<Self, RandomnessFailed> {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key).map_err(|_| RandomnessFailed)?;
        UnboundKey::new(&AES_256_GCM, &key).map(|key| Self(LessSafeKey::new(key))).map_err(|_| RandomnessFailed)
    }

    /// The digest of a text; `None` for one that is longer than additional data may be, 2^61 bytes.
    #[must_use]
    pub fn of(&self, text: &str) -> Option<TextDigest> {
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(text), &mut []).ok()?;
        tag.as_ref().try_into().ok().map(TextDigest)
    }
}

impl fmt::Debug for TextDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextDigest(redacted)")
    }
}

impl fmt::Debug for TextDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextDigests(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_byte_and_the_length_count() {
        let digests = TextDigests::new().unwrap();
        let text = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkyZjNjMSJ9.c2lnbmF0dXJl";
        let mut texts: HashSet<String> = (0..=text.len()).map(|length| text.chars().take(length).collect()).collect();
        for at in 0..text.len() {
            let other = |(place, was): (usize, char)| match (place == at, was) {
                (true, 'x') => 'y',
                (true, _) => 'x',
                (false, was) => was,
            };
            texts.insert(text.chars().enumerate().map(other).collect());
        }
        texts.extend((0..40).map(|zeros| "\0".repeat(zeros)));
        let all: HashSet<TextDigest> = texts.iter().map(|text| digests.of(text).unwrap()).collect();
        assert_eq!(all.len(), texts.len());
        assert_eq!(digests.of(text), digests.of(text));
    }

    #[test]
    fn p55_each_has_a_key_of_its_own_and_shows_nothing() {
        let (one, other) = (TextDigests::new().unwrap(), TextDigests::new().unwrap());
        assert_ne!(one.of("text"), other.of("text"));
        assert_eq!(format!("{:?} {:?}", one, one.of("text").unwrap()), "TextDigests(redacted) TextDigest(redacted)");
    }
}
