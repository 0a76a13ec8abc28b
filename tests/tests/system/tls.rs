//! TLS of the server's own, with real handshakes.

mod files;
mod handshakes;
mod remote;
mod world;
