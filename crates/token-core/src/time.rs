//! Points in time as numbers. Nothing here reads a clock.

use core::fmt;

/// Why a number is no point in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a time lies between 1970-01-01T00:00:00Z and 9999-12-31T23:59:59Z")]
pub struct TimeError;

const LAST_SECOND: i64 = 253_402_300_799;
const MICROS: i64 = 1_000_000;

/// Whole seconds since 1970-01-01T00:00:00Z (`NumericDate`, RFC 7519 §2), 0..=253402300799 (year 9999).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixSeconds(i64);

impl UnixSeconds {
    /// The last second of the year 9999.
    pub const LAST: Self = Self(LAST_SECOND);

    /// The time `seconds` after the epoch.
    ///
    /// # Errors
    ///
    /// [`TimeError`] before 1970 and after 9999.
    pub const fn new(seconds: i64) -> Result<Self, TimeError> {
        if 0 <= seconds && seconds <= LAST_SECOND { Ok(Self(seconds)) } else { Err(TimeError) }
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Microseconds since 1970-01-01T00:00:00Z; the time of an event. 1970..=9999.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixMicros(i64);

impl UnixMicros {
    /// The time `micros` after the epoch.
    ///
    /// # Errors
    ///
    /// [`TimeError`] before 1970 and after 9999.
    pub const fn new(micros: i64) -> Result<Self, TimeError> {
        if 0 <= micros && micros / MICROS <= LAST_SECOND { Ok(Self(micros)) } else { Err(TimeError) }
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The second this lies in.
    #[must_use]
    pub const fn seconds(self) -> UnixSeconds {
        UnixSeconds(self.0 / MICROS)
    }

    /// Whole milliseconds since the epoch, for ids.
    #[must_use]
    pub(crate) const fn millis(self) -> u64 {
        (self.0 / 1_000).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_1970_and_9999() {
        assert!(UnixSeconds::new(-1).is_err());
        assert!(UnixSeconds::new(0).is_ok());
        assert!(UnixSeconds::new(LAST_SECOND).is_ok());
        assert!(UnixSeconds::new(LAST_SECOND + 1).is_err());
        assert!(UnixMicros::new(i64::MAX).is_err());
        assert!(UnixMicros::new(-1).is_err());
        assert_eq!(UnixMicros::new(1_999_999).unwrap().seconds().get(), 1);
    }
}
