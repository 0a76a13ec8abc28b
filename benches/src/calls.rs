//! Calls of many tokens in turn, and what they are measured beside.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;

use ring::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
use token_core::{Permission, UnixSeconds};
use token_guard::{Arrival, Guard, Presented, Warm};

use crate::NOW;

const READ: Permission = Permission::literal("assets:read");

fn arrival() -> Arrival {
    Arrival { now: UnixSeconds::new(NOW).expect("a time"), peer: Some([127, 0, 0, 1].into()) }
}

/// One call of each text in turn: admission, and one permission.
pub struct Calls<'a> {
    guard: &'a Guard,
    presented: &'a [Presented<'a>],
    next: usize,
    cold: u64,
}

impl<'a> Calls<'a> {
    /// From the first text on.
    #[must_use]
    pub fn new(guard: &'a Guard, presented: &'a [Presented<'a>]) -> Self {
        Self::from(guard, presented, 0)
    }

    /// From this text on.
    #[must_use]
    pub fn from(guard: &'a Guard, presented: &'a [Presented<'a>], next: usize) -> Self {
        Self { guard, presented, next, cold: 0 }
    }

    /// Makes one.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub fn one(&mut self) {
        let presented = self.presented.get(self.next % self.presented.len()).expect("a text");
        self.next += 1;
        let caller = match self.guard.admit_warm(presented, arrival()) {
            Warm::Decided(admitted) => admitted,
            Warm::Cold(text) => {
                self.cold += 1;
                self.guard.admit_text(text, arrival())
            }
        };
        let caller = black_box(caller.expect("admitted"));
        caller.require(&READ).expect("allowed");
    }

    /// The number of the next one.
    #[must_use]
    pub fn made(&self) -> usize {
        self.next
    }

    /// How many could not be answered from memory.
    #[must_use]
    pub fn cold(&self) -> u64 {
        self.cold
    }
}

impl core::fmt::Debug for Calls<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Calls").field("next", &self.next).field("cold", &self.cold).finish_non_exhaustive()
    }
}

/// One check of a signature over a message as long as ours.
///
/// # Panics
///
/// When ring makes no key.
pub fn ring_check() -> impl FnMut() {
    let document = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).expect("a key");
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
    let message = [b'a'; 290];
    let signature = pair.sign(&message);
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec());
    move || public.verify(black_box(&message), black_box(signature.as_ref())).expect("good")
}
