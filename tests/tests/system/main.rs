//! The whole product, as its users meet it: the real program, on a fresh SQLite file and a fresh PostgreSQL database.

mod app;
mod behaviours;
mod crash;
mod log;
mod refusals;
mod routes;
mod secrets;
mod widening;
