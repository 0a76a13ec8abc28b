//! Guarding other programs: a gateway asks, for a call that waits at its door, whether the caller may make it.
//!
//! A yes is sent at once and without the frame of other answers, since gateways ask before every call and pass nothing of
//! it on; every no is framed like all others, for clients may see it.

pub(crate) mod authz;
mod error;
mod original;

pub(crate) use error::ForwardError;
pub(crate) use original::Question;
