//! The HTTP contract as JSON over actix-web: one table of routes, admission before any body is read, strict reading,
//! and one table from errors to problem details. The only library crate here that knows async. Refuses to know SQL,
//! signatures and rules: it extracts, calls one use case, and maps the answer.

mod admission;
mod ahead;
mod answer;
mod asker;
mod author;
mod body;
mod cursor;
mod docs;
mod effective;
mod entity;
mod error;
mod events;
mod forward;
mod frame;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod guard;
mod health;
mod if_match;
mod jwks;
mod keys;
mod metrics;
mod oauth;
mod openapi;
mod own_page;
pub mod pages;
mod path_id;
mod problems;
mod query;
mod request_key;
mod roles;
mod route_rules;
mod routes;
mod session;
mod setup;
mod sign_in;
mod state;
mod tokens;
mod users;
mod whoami;

pub use metrics::Metrics;
pub use openapi::openapi;
pub use routes::{Need, Verb, app, configure, configure_metrics, routes};
pub use sign_in::SignIn;
pub use state::{HttpLimits, HttpState, PoolView, Readiness, StoreView};
