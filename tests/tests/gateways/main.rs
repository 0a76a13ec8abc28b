//! The real gateways between a caller and a real application, each with the configuration that its guide shows: what
//! Tokenward refuses never reaches the application, and the application learns who calls from Tokenward alone.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod apache;
mod application;
mod caddy;
mod caller;
mod cases;
mod documented;
mod gateway;
mod guide;
mod haproxy;
mod nginx;
mod offline;
mod relay;
mod world;
