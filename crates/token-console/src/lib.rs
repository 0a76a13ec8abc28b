//! The admin console: HTML over actix-web for the same use cases as the JSON API, without a build step and without
//! anything from elsewhere. Pages work without script; a small script of our own makes them quicker. Refuses to know
//! SQL, signatures and rules; sessions, origins, limits and errors are those of `token-http`.

mod access;
mod account;
mod assets;
mod changelog;
mod chart;
mod configuration;
mod console;
mod counts;
mod forms;
mod looks;
mod moment;
mod notice;
mod overview;
mod panels;
mod refusal;
mod roles;
mod route_rules;
mod routes;
mod search;
mod set_up;
mod shell;
mod sign_in;
mod signing_keys;
mod tokens;
mod users;

pub use configuration::EffectiveSetting;
pub use console::Console;
pub use routes::{configure, routes};
