//! What is asked for in bodies, in the domain's own types.

mod role;
mod token;

pub use role::{EditRoleRequest, NewRoleRequest};
pub use token::{EditTokenRequest, NewTokenRequest, OldEndsRequest, RevealRequest, RevokeRequest, RotateRequest};
