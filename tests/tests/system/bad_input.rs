//! What people and programs send by mistake or in malice: each is refused by name, echoes nothing and changes nothing.

mod at_once;
mod bodies;
mod calls;
mod fields;
mod ids;
mod kinds;
mod order;
mod parameters;
mod wire;
mod world;
