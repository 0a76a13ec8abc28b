//! Three nodes of the real program on one PostgreSQL database: what one of them changes is in force on all of them when
//! the call has returned, whatever happens to nodes, networks and the database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod away;
mod changes;
mod checker;
mod faults;
mod first_use;
mod history;
mod load;
mod many;
mod nodes;
mod paused;
mod postgres;
mod promoted;
mod proxy;
mod random;
mod restored;
mod standby;
mod stops;
