//! A clock of leases that stands where the test puts it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use token_core::{Boot, BootClock};

/// See the module. Begins long after the machine was started.
pub(crate) struct Hand(AtomicU64);

impl Hand {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(1_000_000_000_000))
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.0.store(BootClock::now(self).after(time).get(), Ordering::SeqCst);
    }
}

impl BootClock for Hand {
    fn now(&self) -> Boot {
        Boot::new(self.0.load(Ordering::SeqCst))
    }
}
