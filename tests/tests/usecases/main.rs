//! The use cases over real stores, without HTTP: properties of what may be decided.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod again;
mod anything;
mod damage;
mod each_store;
mod embedded;
mod explain;
mod golden;
mod hand;
mod herd;
mod inspection;
mod keys;
mod lifecycle;
mod liveness;
mod pages;
mod people;
mod races;
mod reference;
mod router;
mod sign_in;
mod unasked;
mod widening;
mod world;
