//! What the process does at once so that its memory and its environment stay its own: both hold secrets.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// No core dumps; and `/proc/PID/environ`, `/proc/PID/mem` and debuggers are for root alone. A system that refuses
/// this serves nevertheless: it is a second line of defence.
pub(crate) fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
