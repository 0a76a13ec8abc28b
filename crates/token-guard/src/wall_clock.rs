//! The wall clock, for a service that has none of its own for its guard.

use std::sync::atomic::{AtomicI64, Ordering};

use rustix::time::{ClockId, clock_gettime};
use token_core::{Clock, UnixMicros, UnixSeconds};

/// UTC that never runs backwards while the process lives: a clock that is set back brings no expired token back.
#[derive(Debug, Default)]
pub struct WallClock(AtomicI64);

impl Clock for WallClock {
    fn now(&self) -> UnixMicros {
        let read = clock_gettime(ClockId::Realtime);
        let micros = read.tv_sec.saturating_mul(1_000_000).saturating_add(read.tv_nsec / 1_000);
        let last = UnixSeconds::LAST.get().saturating_mul(1_000_000);
        let micros = micros.clamp(0, last);
        let latest = self.0.fetch_max(micros, Ordering::SeqCst).max(micros);
        // Within the bounds it always is a time.
        UnixMicros::new(latest).unwrap_or_else(|_| self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_runs_backwards() {
        let clock = WallClock::default();
        let earlier = clock.now();
        assert!(earlier <= clock.now());
        let ahead = earlier.get() + 60_000_000;
        clock.0.store(ahead, Ordering::SeqCst);
        assert_eq!(clock.now().get(), ahead, "as if the system's clock had been set back by a minute");
    }
}
