//! The layers of both worlds of HTTP answer alike: the same call, through actix-web and through axum, over one guard.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod same;
mod tower;
