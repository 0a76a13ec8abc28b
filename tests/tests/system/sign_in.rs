//! Signing in over the wire, at the real program.

pub(crate) mod browser;
mod fields;
mod flood;
mod log;
mod routes;
