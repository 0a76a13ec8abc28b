//! Randomness of the operating system, for whoever issues texts in a process of its own.

use ring::rand::{SecureRandom as _, SystemRandom};
use token_core::{Randomness, RandomnessFailed};

/// The operating system's source of randomness.
#[derive(Clone, Debug)]
pub struct SystemRandomness(SystemRandom);

impl SystemRandomness {
    /// The source.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a source of randomness is chosen, never defaulted to")]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        self.0.fill(bytes).map_err(|_| RandomnessFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_fillings_are_the_same() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemRandomness::new().fill(&mut one).unwrap();
        SystemRandomness::new().fill(&mut other).unwrap();
        assert_ne!(one, other);
    }
}
