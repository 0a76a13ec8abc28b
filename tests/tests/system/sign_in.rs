//! Signing in over the wire, at the real program.

mod browser;
mod fields;
mod flood;
mod log;
mod routes;
