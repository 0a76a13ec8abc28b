//! The clock of the machine that nobody sets.

use rustix::time::{ClockId, clock_gettime};
use token_core::{Boot, BootClock};

/// `CLOCK_BOOTTIME`: counts from the start of the machine, time spent suspended included.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBoot;

impl BootClock for SystemBoot {
    fn now(&self) -> Boot {
        let time = clock_gettime(ClockId::Boottime);
        let (seconds, nanos) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
        Boot::new(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_forward() {
        let earlier = SystemBoot.now();
        assert!(Boot::ZERO < earlier && earlier <= SystemBoot.now());
    }
}
