//! What tests stand on: a clock that stands still, randomness that repeats, a fresh database of each kind, the router
//! in this process, and the real server. Refuses to know how anything is implemented: it puts the parts together as
//! the program does, or starts the program, and speaks HTTP.

mod client;
mod database;
mod embedded;
mod line;
mod long;
mod ports;
mod product;
mod program;
mod raw;
mod server;

pub use client::{Answer, Client};
pub use database::{Database, Kind, on_each_database};
pub use embedded::call_embedded;
pub use line::Line;
pub use long::is_long;
pub use ports::{FixedClock, SeededRandomness};
pub use product::{Product, RawRequest};
pub use program::{Output, Program};
pub use raw::exchange;
pub use server::Server;
