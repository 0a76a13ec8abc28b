//! Settings: read from everywhere, refused all at once, and in force.

mod effects;
mod process;
mod refused;
