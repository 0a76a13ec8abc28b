//! Calls that the guard counted go into the database every ten seconds, and when the server ends.

use std::sync::Arc;

use token_admin::Admin;
use token_core::{Clock, StoreError, TokenUsage, UnixSeconds, UsageDay};
use token_guard::Guard;

/// Seconds of an interval. A day is a number of whole ones, so that no interval belongs to two days.
const INTERVAL: i64 = 10;

/// Tokens of one transaction: whoever deletes one of them waits no longer than that.
const AT_ONCE: usize = 500;

/// Hands the counts over, interval by interval. Where nothing was counted nothing is written.
pub(crate) struct UseKeeper {
    admin: Arc<Admin>,
    guard: Arc<Guard>,
    clock: Arc<dyn Clock>,
    interval: i64,
    failed: bool,
}

impl UseKeeper {
    pub(crate) fn new(admin: Arc<Admin>, guard: Arc<Guard>, clock: Arc<dyn Clock>) -> Self {
        let interval = interval(clock.as_ref());
        Self { admin, guard, clock, interval, failed: false }
    }

    /// Writes if an interval is over, or if so many tokens were used that there is no room to count more; to be called
    /// often.
    pub(crate) fn look(&mut self) {
        let over = interval(self.clock.as_ref()) != self.interval;
        if over || (self.guard.is_full_of_usage() && !self.failed) {
            self.write();
        }
    }

    /// Writes what was counted, now.
    pub(crate) fn write(&mut self) {
        let began = UnixSeconds::new(self.interval.saturating_mul(INTERVAL));
        self.interval = interval(self.clock.as_ref());
        let Ok(began) = began else { return };
        let counted = self.guard.take_usage(UsageDay::of(began));
        let mut parts = counted.chunks(AT_ONCE);
        self.failed = !parts.by_ref().all(|counted| self.hand_over(counted));
        // Behind a failure nothing is tried: it would fail as well, and take its time.
        parts.for_each(|counted| self.guard.return_usage(counted));
    }

    /// Whether the counts were stored; where they were not, the guard has them again.
    fn hand_over(&self, counted: &[TokenUsage]) -> bool {
        match self.admin.store().record_usage(counted) {
            Ok(busy) => {
                let later = counted.iter().filter(|usage| busy.contains(&usage.token)).cloned();
                self.guard.return_usage(&later.collect::<Vec<_>>());
                true
            }
            Err(error @ StoreError::OutcomeUnknown(_)) => {
                tracing::warn!(error = %error, "counts of calls may be lost; they are not stored twice");
                false
            }
            Err(error) => {
                tracing::warn!(error = %error, "counts of calls could not be stored; they are kept for the next time");
                self.guard.return_usage(counted);
                false
            }
        }
    }
}

fn interval(clock: &dyn Clock) -> i64 {
    clock.now().seconds().get() / INTERVAL
}
