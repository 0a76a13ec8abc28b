//! Texts that are not accepted, over HTTP: before a good signature one answer for all, whichever check failed.

mod claims;
mod encodings;
mod hand;
mod header;
mod known;
mod signature;
