//! How much a test does.

/// Whether tests run in their long form: with numbers that take minutes, and not only the seconds that every change can
/// spare. `TOKENWARD_LONG` says so; the project's long task sets it.
#[must_use]
pub fn is_long() -> bool {
    std::env::var_os("TOKENWARD_LONG").is_some()
}
