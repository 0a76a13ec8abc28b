//! The whole product, as its users meet it: the real program, on a fresh SQLite file and a fresh PostgreSQL database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod app;
mod attacks_admin;
mod bad_input;
mod bearer;
mod behaviours;
mod beside;
mod blocked;
mod bulk;
mod canary;
mod commands;
mod crash;
mod disk_full;
mod durability;
mod events;
mod expiry;
mod files;
mod first_start;
mod following;
mod forged;
mod forward;
mod interop;
#[cfg(feature = "failpoints")]
mod judge;
mod keys;
mod limits;
mod lists;
mod log;
mod log_lines;
mod master_key;
mod master_key_change;
mod meeting;
mod metrics;
mod mixed_up;
mod networks;
mod oauth;
mod openapi;
mod pages;
mod problems;
mod refusals;
mod refused_calls;
mod remote;
mod repeated;
mod restore;
mod rotation;
mod route_rules;
mod routes;
mod schema;
mod schemathesis;
mod settings;
mod shutdown;
mod sign_in;
mod texts_stored;
mod time;
mod tls;
mod upgrade;
mod usage;
mod uses;
mod widening;
