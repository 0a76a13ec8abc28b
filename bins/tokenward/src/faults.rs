//! Faults on order, for tests of what happens at the worst moment: `TOKENWARD_CRASH_AT=name@n` ends the process at the
//! n-th hit of a named stop as `kill -9` would, `TOKENWARD_FAULTS=name=action;…` sets any other action. Whoever stands
//! still at a stop says `stopped at name` first, on standard error: a test of a stop nobody came by proves nothing.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// The names there are, beside those of a write; of a name that is not here nothing can be ordered.
const OTHERS: &[&str] = &[
    "everywhere.lease",
    "follow.lease",
    "follow.read",
    "follow.renewed",
    "guard.checked",
    "guard.fresh",
    "rewrap.committed",
    "rewrap.prepared",
    "rewrap.replaced",
    "write.between_commits",
    "write.split_commit",
];

/// Does as the environment orders.
///
/// # Errors
///
/// What of it cannot be done; then nothing should begin.
pub(crate) fn set() -> Result<(), String> {
    if let Ok(faults) = std::env::var("TOKENWARD_FAULTS") {
        for fault in faults.split(';') {
            let (name, action) = fault.split_once('=').ok_or_else(|| format!("fault `{fault}` has no action"))?;
            act(known(name)?, action).map_err(|why| format!("fault `{fault}`: {why}"))?;
        }
    }
    if let Ok(order) = std::env::var("TOKENWARD_CRASH_AT") {
        let (name, count) = order.split_once('@').ok_or_else(|| format!("crash `{order}` has no count"))?;
        let count = count.parse::<NonZeroUsize>().map_err(|why| format!("crash `{order}`: {why}"))?;
        crash(known(name)?, count)?;
    }
    Ok(())
}

fn known(name: &str) -> Result<&'static str, String> {
    let mut all = token_store::FAILPOINTS.iter().chain(OTHERS);
    all.find(|known| **known == name).copied().ok_or_else(|| format!("there is no stop `{name}`"))
}

/// An action as the failpoints spell it, e.g. `return`, or `20%sleep(400)`, which is told.
fn act(name: &'static str, action: &str) -> Result<(), String> {
    let Some((odds, time)) = action.split_once("sleep(") else { return fail::cfg(name, action) };
    let time =
        time.strip_suffix(')').and_then(|time| time.parse::<u64>().ok()).ok_or("a time in milliseconds is missing")?;
    let time = Duration::from_millis(time);
    // Nobody learns from a failpoint whether its odds let it act, unless it returns: the odds get one of their own.
    let dice = format!("{name}: odds");
    fail::cfg(dice.as_str(), &format!("{odds}return"))?;
    fail::cfg_callback(name, move || {
        if is_due(&dice) {
            let _ = writeln!(std::io::stderr().lock(), "stopped at {name}");
            sleep(time);
        }
    })
}

fn is_due(dice: &str) -> bool {
    fail::fail_point!(dice, |_| true);
    false
}

fn crash(name: &'static str, count: NonZeroUsize) -> Result<(), String> {
    let hits = AtomicUsize::new(0);
    fail::cfg_callback(name, move || {
        if hits.fetch_add(1, Ordering::SeqCst) + 1 == count.get() {
            std::process::abort();
        }
    })
}
