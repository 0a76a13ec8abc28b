//! Limits on the wire: what is one too many, too long or too slow, and what becomes of everybody else meanwhile.

mod connections;
mod files;
mod hostile;
mod memory;
mod negotiation;
mod output;
mod process;
mod revocations;
mod signature_checks;
mod slow;
mod stop;
