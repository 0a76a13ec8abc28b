//! A clock and a source of randomness that tests steer.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use token_core::{Clock, Randomness, RandomnessFailed, UnixMicros};

/// A clock that shows what it was told, until it is told something else.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows this second.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(AtomicI64::new(seconds * 1_000_000))
    }

    /// Moves the clock, also backwards.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    #[expect(clippy::expect_used, reason = "a test that leaves the calendar is wrong")]
    fn now(&self) -> UnixMicros {
        UnixMicros::new(self.0.load(Ordering::SeqCst)).expect("a time between 1970 and 9999")
    }
}

/// Bytes that look random and are the same for the same seed: a counter through `SplitMix64`.
#[derive(Debug)]
pub struct SeededRandomness(AtomicU64);

impl SeededRandomness {
    /// A source for this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let word = (z ^ (z >> 31)).to_le_bytes();
            for (byte, random) in chunk.iter_mut().zip(word) {
                *byte = random;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let take = |seed| {
            let mut bytes = [0; 20];
            SeededRandomness::new(seed).fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = FixedClock::at(100);
        assert_eq!(clock.now(), clock.now());
        clock.advance(5);
        assert_eq!(clock.now().seconds().get(), 105);
    }
}
