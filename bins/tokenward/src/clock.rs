//! The system's clocks, and the only place that reads them.

mod steady;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use token_core::{Clock, UnixMicros};

use crate::state_file;
pub(crate) use steady::Trust;
use steady::{Reading, Steady};

const LAST: i64 = 253_402_300_799_999_999;
/// How much later than the last time it was written a remembered time is written again. Microseconds.
const REMEMBER: i64 = 10_000_000;

/// UTC that never runs backwards, also over a restart; before 1970 it stands at 1970, after 9999 at 9999.
#[derive(Debug)]
pub(crate) struct SystemClock {
    steady: Steady,
    file: PathBuf,
    written: Mutex<i64>,
}

impl SystemClock {
    /// The clock of a node whose files are in `folder`.
    pub(crate) fn open(folder: &Path) -> Self {
        let file = folder.join("server.clock");
        let remembered = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        let steady = Steady::begin(read(), remembered);
        Self { steady, file, written: Mutex::new(remembered.unwrap_or(0)) }
    }

    /// What the wall clock is worth now.
    pub(crate) fn trust(&self) -> Trust {
        self.steady.trust(read())
    }

    /// Where the time is remembered: what to remove if it was remembered wrongly.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Follows the wall clock and remembers the time for the next start; to be called often.
    pub(crate) fn follow(&self) {
        let known = self.steady.follow(read());
        let Ok(mut written) = self.written.lock() else { return };
        if known.saturating_sub(*written) < REMEMBER {
            return;
        }
        match state_file::replace(&self.file, &known.to_string()) {
            Ok(()) => *written = known,
            Err(error) => tracing::warn!(error = %error, "the time could not be remembered for the next start"),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMicros {
        UnixMicros::new(self.steady.now(read()).clamp(0, LAST)).unwrap_or_else(|_| self.now())
    }
}

fn read() -> Reading {
    fixed().unwrap_or_else(|| {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let boot = clock_gettime(ClockId::Boottime);
        Reading {
            wall: i64::try_from(since.as_micros()).unwrap_or(LAST),
            boot: boot.tv_sec.saturating_mul(1_000_000).saturating_add(boot.tv_nsec / 1_000),
        }
    })
}

/// Whether a test told what time it is.
#[cfg(feature = "failpoints")]
pub(crate) fn is_told() -> bool {
    std::env::var_os("TOKENWARD_CLOCK_FILE").is_some()
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn is_told() -> bool {
    false
}

/// A test's clocks, in a file: microseconds since 1970, and microseconds that have passed; one number is both.
#[cfg(feature = "failpoints")]
fn fixed() -> Option<Reading> {
    let file = std::env::var_os("TOKENWARD_CLOCK_FILE")?;
    let text = std::fs::read_to_string(file).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    let wall = numbers.next()?.ok()?;
    Some(Reading { wall, boot: numbers.next().map_or(Ok(wall), |boot| boot).ok()? })
}

#[cfg(not(feature = "failpoints"))]
const fn fixed() -> Option<Reading> {
    None
}
