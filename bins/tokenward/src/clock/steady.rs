//! Time that never runs backwards: the wall clock, held against a clock that nobody sets.
//!
//! A wall clock that is set back would give expired tokens a second life. So what was told once is the least that is
//! told afterwards, and a wall clock far behind is replaced by the time that has passed since it was last right. One
//! that is far ahead is believed for what it refuses, and remembered by nobody: set right again, nothing is lost.

use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Beyond this a wall clock was set, not slewed. Microseconds.
const JUMP: i64 = 30 * SECOND;

/// What the wall clock is, beside the time that has passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trust {
    /// It goes as time goes.
    Right,
    /// It was set back by so many seconds; time goes on without it.
    Behind(i64),
    /// It was set ahead by so many seconds.
    Ahead(i64),
}

/// Both clocks at one instant, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Since 1970, as the system tells it.
    pub(crate) wall: i64,
    /// Since the machine was started, suspended time included.
    pub(crate) boot: i64,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Steady {
    /// Wall minus boot when the wall clock was last right.
    offset: AtomicI64,
    /// The latest time that was told while the wall clock was right.
    told: AtomicI64,
}

impl Steady {
    /// Begins at `reading`, or at the time an earlier process remembered, if that is later.
    pub(crate) fn begin(reading: Reading, remembered: Option<i64>) -> Self {
        let remembered = remembered.unwrap_or(i64::MIN);
        let start = if remembered.saturating_sub(reading.wall) <= JUMP { reading.wall } else { remembered };
        Self {
            offset: AtomicI64::new(start.saturating_sub(reading.boot)),
            told: AtomicI64::new(remembered.max(reading.wall)),
        }
    }

    fn passed(&self, reading: Reading) -> i64 {
        reading.boot.saturating_add(self.offset.load(Ordering::Acquire))
    }

    /// What the wall clock is worth.
    pub(crate) fn trust(&self, reading: Reading) -> Trust {
        let beyond = reading.wall.saturating_sub(self.passed(reading));
        if beyond < -JUMP {
            Trust::Behind(-beyond / SECOND)
        } else if JUMP < beyond {
            Trust::Ahead(beyond / SECOND)
        } else {
            Trust::Right
        }
    }

    /// The time to go by, in microseconds since 1970.
    pub(crate) fn now(&self, reading: Reading) -> i64 {
        let believed = match self.trust(reading) {
            Trust::Ahead(_) => return reading.wall,
            Trust::Right => reading.wall,
            Trust::Behind(_) => self.passed(reading),
        };
        self.told.fetch_max(believed, Ordering::AcqRel).max(believed)
    }

    /// Follows a wall clock that is being slewed; to be called often. What to remember for the next process.
    pub(crate) fn follow(&self, reading: Reading) -> i64 {
        if self.trust(reading) == Trust::Right {
            self.offset.store(reading.wall.saturating_sub(reading.boot), Ordering::Release);
        }
        self.told.load(Ordering::Acquire).max(self.passed(reading))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_900_000_000 * SECOND;
    const HOUR: i64 = 3_600 * SECOND;

    fn at(wall: i64, boot: i64) -> Reading {
        Reading { wall: NOW + wall, boot }
    }

    #[test]
    fn t01_a_clock_set_back_goes_on_as_time_goes() {
        let steady = Steady::begin(at(0, 5), None);
        assert_eq!(steady.now(at(10 * SECOND, 5 + 10 * SECOND)), NOW + 10 * SECOND);
        let set_back = at(20 * SECOND - HOUR, 5 + 20 * SECOND);
        assert_eq!(steady.trust(set_back), Trust::Behind(3_600));
        assert_eq!(steady.now(set_back), NOW + 20 * SECOND);
        assert_eq!(steady.now(at(20 * SECOND, 5 + 20 * SECOND)), NOW + 20 * SECOND);
    }

    #[test]
    fn t01_a_clock_set_back_a_little_stands_still() {
        let steady = Steady::begin(at(0, 0), None);
        assert_eq!(steady.now(at(10 * SECOND, 10 * SECOND)), NOW + 10 * SECOND);
        assert_eq!(steady.now(at(5 * SECOND, 11 * SECOND)), NOW + 10 * SECOND);
        assert_eq!(steady.now(at(11 * SECOND, 17 * SECOND)), NOW + 11 * SECOND);
    }

    #[test]
    fn t01_a_process_begins_where_the_last_one_ended() {
        let steady = Steady::begin(at(-HOUR, 0), Some(NOW));
        assert_eq!(steady.trust(at(-HOUR, 0)), Trust::Behind(3_600));
        assert_eq!(steady.now(at(-HOUR + 7 * SECOND, 7 * SECOND)), NOW + 7 * SECOND);
    }

    #[test]
    fn t02_a_clock_set_far_ahead_is_remembered_by_nobody() {
        let steady = Steady::begin(at(0, 0), None);
        let ahead = at(HOUR * 87_600, SECOND);
        assert_eq!(steady.trust(ahead), Trust::Ahead(HOUR / SECOND * 87_600 - 1));
        assert_eq!(steady.now(ahead), ahead.wall);
        assert_eq!(steady.follow(ahead), NOW + SECOND);
        assert_eq!(steady.now(at(2 * SECOND, 2 * SECOND)), NOW + 2 * SECOND);
    }

    #[test]
    fn a_slewed_clock_is_followed_however_far_it_goes() {
        let steady = Steady::begin(at(0, 0), None);
        for minute in 1..10_000 {
            // The machine's own clock runs one second a minute too fast.
            let reading = at(minute * 60 * SECOND, minute * 61 * SECOND);
            assert_eq!(steady.trust(reading), Trust::Right);
            steady.follow(reading);
            assert_eq!(steady.now(reading), reading.wall);
        }
    }

    proptest! {
        #[test]
        fn p30_what_is_told_never_goes_back_unless_the_clock_was_far_ahead(
            steps in proptest::collection::vec((0_i64..100 * SECOND, -HOUR..29 * SECOND, any::<bool>()), 1..60),
        ) {
            let steady = Steady::begin(at(0, 0), None);
            let (mut boot, mut last) = (0, 0);
            for (passed, set, follow) in steps {
                boot += passed;
                let reading = at(boot + set, boot);
                if matches!(steady.trust(reading), Trust::Ahead(_)) {
                    continue;
                }
                let now = steady.now(reading);
                prop_assert!(last <= now);
                last = now;
                if follow {
                    prop_assert!(last <= steady.follow(reading));
                }
            }
        }
    }
}
