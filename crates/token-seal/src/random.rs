//! The operating system's randomness.

use core::fmt;

use ring::rand::{SecureRandom, SystemRandom};
use token_core::{Randomness, RandomnessFailed};

/// The operating system's cryptographically secure source of randomness.
#[derive(Clone)]
pub struct SystemRandomness(SystemRandom);

impl SystemRandomness {
    /// The source; opening it cannot fail, drawing from it can.
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

impl fmt::Debug for SystemRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SystemRandomness")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (mut one, mut two) = ([0; 32], [0; 32]);
        SystemRandomness::new().fill(&mut one).unwrap();
        SystemRandomness::new().fill(&mut two).unwrap();
        assert_ne!(one, two);
        assert_ne!(one, [0; 32]);
    }
}
