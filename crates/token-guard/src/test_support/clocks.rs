//! Clocks that a test moves.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use token_core::{Boot, BootClock, Clock, UnixMicros};

/// The second of every beginning: 2027-01-15T08:00:00Z.
const START: i64 = 1_800_000_000;

/// A wall clock that stands still.
#[derive(Debug)]
pub(super) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START * 1_000_000))
    }
}

impl TestClock {
    pub(super) fn advance(&self, seconds: u32) {
        self.0.fetch_add(i64::from(seconds) * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMicros {
        UnixMicros::new(self.0.load(Ordering::SeqCst)).expect("a time before the year 10000")
    }
}

/// What leases are measured with; stands still as well.
#[derive(Debug, Default)]
pub(super) struct TestBoot(AtomicU64);

impl TestBoot {
    pub(super) fn pass(&self, time: Duration) {
        let now = BootClock::now(self).after(time);
        self.0.store(now.get(), Ordering::SeqCst);
    }
}

impl BootClock for TestBoot {
    fn now(&self) -> Boot {
        Boot::new(self.0.load(Ordering::SeqCst))
    }
}
