//! The system's clock, and the only place that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use token_core::{Clock, UnixMicros};

/// UTC as the system tells it; before 1970 it stands at 1970, after 9999 at 9999.
#[derive(Debug)]
pub(crate) struct SystemClock;

const LAST: i64 = 253_402_300_799_999_999;

impl Clock for SystemClock {
    fn now(&self) -> UnixMicros {
        let micros = fixed().unwrap_or_else(|| {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_micros()).unwrap_or(LAST)
        });
        UnixMicros::new(micros.clamp(0, LAST)).unwrap_or_else(|_| self.now())
    }
}

/// A test's clock: microseconds since 1970 in a file.
#[cfg(feature = "failpoints")]
fn fixed() -> Option<i64> {
    let file = std::env::var_os("TOKENWARD_CLOCK_FILE")?;
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(not(feature = "failpoints"))]
const fn fixed() -> Option<i64> {
    None
}
