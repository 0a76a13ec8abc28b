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
    use std::process::Command;

    use super::*;

    /// Set for a process that is started where the machine seems to have slept.
    const SLEPT: &str = "TOKENWARD_TEST_SLEPT";

    /// How long it seems to have slept there, in seconds.
    const ASLEEP: &str = "86400";

    #[test]
    fn it_goes_forward() {
        let earlier = SystemBoot.now();
        assert!(Boot::ZERO < earlier && earlier <= SystemBoot.now());
    }

    /// How long the machine has been up, as the kernel counts it: with the time asleep, to a hundredth of a second.
    fn uptime() -> u64 {
        let text = std::fs::read_to_string("/proc/uptime").unwrap();
        let digits = text.split(' ').next().unwrap().replace('.', "");
        digits.parse::<u64>().unwrap() * 10_000_000
    }

    /// Holds this test in a process whose clock of the machine is a day ahead of the one that stands still in sleep; whether
    /// such a process may be started here.
    fn holds_where_it_slept() -> bool {
        let name = "boot::tests::atk_t07_it_counts_the_time_asleep";
        let slept = |options: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(options).args(["--time", "--boottime", ASLEEP, "--fork"]);
            command
        };
        // Whoever is not root becomes it in a namespace of their own.
        let allowed = |options: &&[&str]| slept(options).arg("true").output().is_ok_and(|done| done.status.success());
        let ways: [&[&str]; 2] = [&[], &["--user", "--map-root-user"]];
        let Some(options) = ways.into_iter().find(allowed) else { return false };
        let mut command = slept(options);
        command.arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]).env(SLEPT, "1");
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
        true
    }

    #[test]
    fn atk_t07_it_counts_the_time_asleep() {
        const ROUNDED: u64 = 20_000_000;
        let (earlier, up, later) = (SystemBoot.now().get(), uptime(), SystemBoot.now().get());
        assert!(earlier.saturating_sub(ROUNDED) <= up && up <= later + ROUNDED, "{earlier} {up} {later}");
        if std::env::var_os(SLEPT).is_some() {
            let standing_still = clock_gettime(ClockId::Monotonic).tv_sec;
            let ahead = SystemBoot.now().get() / 1_000_000_000 - standing_still.unsigned_abs();
            assert!(86_000 < ahead, "the clock of a machine that slept a day is {ahead} s ahead");
        } else if !holds_where_it_slept() {
            println!("no process may be started here for which the machine has slept: not looked at");
        }
    }
}
