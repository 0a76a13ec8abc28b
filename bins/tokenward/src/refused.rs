//! Refused calls, counted by the guard, and refused sign-ins go into the log when their minute is over, and when the
//! server ends.

use std::sync::Arc;

use token_admin::Admin;
use token_core::{Clock, UnixSeconds};
use token_guard::Guard;
use token_http::SignIn;

const MINUTE: i64 = 60;

/// Writes the counts, minute by minute.
pub(crate) struct RefusedLog {
    admin: Arc<Admin>,
    guard: Arc<Guard>,
    sign_in: Arc<SignIn>,
    clock: Arc<dyn Clock>,
    minute: i64,
}

impl RefusedLog {
    pub(crate) fn new(admin: Arc<Admin>, guard: Arc<Guard>, sign_in: Arc<SignIn>, clock: Arc<dyn Clock>) -> Self {
        let minute = minute(clock.as_ref());
        Self { admin, guard, sign_in, clock, minute }
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
        let Ok(began) = began else { return };
        self.write_calls(began);
        self.write_sign_ins(began);
    }

    fn write_calls(&self, began: UnixSeconds) {
        let refused = self.guard.take_refused();
        if refused.is_empty() {
            return;
        }
        if let Err(error) = self.admin.record_refused_calls(began, &refused) {
            tracing::warn!(error = %error, "refused calls could not be written into the log; they are told later");
            self.guard.return_refused(&refused);
        }
    }

    fn write_sign_ins(&self, began: UnixSeconds) {
        let refused = self.sign_in.take_refused();
        if refused.is_empty() {
            return;
        }
        if let Err(error) = self.admin.record_refused_sign_ins(began, &refused) {
            tracing::warn!(error = %error, "refused sign-ins could not be written into the log; they are told later");
            self.sign_in.return_refused(&refused);
        }
    }
}

fn minute(clock: &dyn Clock) -> i64 {
    clock.now().seconds().get() / MINUTE
}
