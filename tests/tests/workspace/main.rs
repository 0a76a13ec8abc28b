//! The workspace itself: which crate knows which, and what every crate and file says of itself.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod documents;
mod edges;
mod files;
mod public;
