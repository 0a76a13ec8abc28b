//! Refused calls, counted by the guard, go into the log when their minute is over, and when the server ends.

use std::sync::Arc;

use token_admin::Admin;
use token_core::{Clock, UnixSeconds};
use token_guard::Guard;

const MINUTE: i64 = 60;

/// Writes the counts of the guard, minute by minute.
pub(crate) struct RefusedCallsLog {
    admin: Arc<Admin>,
    guard: Arc<Guard>,
    clock: Arc<dyn Clock>,
    minute: i64,
}

impl RefusedCallsLog {
    pub(crate) fn new(admin: Arc<Admin>, guard: Arc<Guard>, clock: Arc<dyn Clock>) -> Self {
        let minute = minute(clock.as_ref());
        Self { admin, guard, clock, minute }
    }

    /// Writes if a minute is over; to be called more often than once a minute.
    pub(crate) fn look(&mut self) {
        if minute(self.clock.as_ref()) != self.minute {
            self.write();
        }
    }

    /// Writes what was counted, now.
    pub(crate) fn write(&mut self) {
        let began = UnixSeconds::new(self.minute.saturating_mul(MINUTE));
        self.minute = minute(self.clock.as_ref());
        let refused = self.guard.take_refused();
        let (Ok(began), false) = (began, refused.is_empty()) else { return };
        if let Err(error) = self.admin.record_refused_calls(began, &refused) {
            tracing::warn!(error = %error, "refused calls could not be written into the log; they are told later");
            self.guard.return_refused(&refused);
        }
    }
}

fn minute(clock: &dyn Clock) -> i64 {
    clock.now().seconds().get() / MINUTE
}
