//! Faults on order, for crash tests: `TOKENWARD_CRASH_AT=name@n` ends the process at the n-th hit of a failpoint as
//! `kill -9` would, `TOKENWARD_FAULTS=name=action` sets any other action.

use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) fn set() {
    if let Ok(faults) = std::env::var("TOKENWARD_FAULTS") {
        for (name, action) in faults.split(';').filter_map(|fault| fault.split_once('=')) {
            let _ = fail::cfg(name, action);
        }
    }
    let Ok(order) = std::env::var("TOKENWARD_CRASH_AT") else { return };
    let (name, count) = order.split_once('@').unwrap_or((&order, "1"));
    let count: usize = count.parse().unwrap_or(1);
    let hits = AtomicUsize::new(0);
    let _ = fail::cfg_callback(name, move || {
        if hits.fetch_add(1, Ordering::SeqCst) + 1 == count {
            std::process::abort();
        }
    });
}
