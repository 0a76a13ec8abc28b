//! May the holder of these roles do this? Compiles the rules of roles into effective permissions, decides, explains,
//! says which permission a route rule asks for, and whether a change gives away more than its author holds. Pure functions: refuses to know tokens, people,
//! stores, clocks and HTTP, and has no answer besides allow and deny, so that no failure reads as a yes.
//!
//! ```
//! use token_authz::{Policy, explain};
//! use token_core::{BuiltIn, Role, RoleId, RoleSet, permission};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let id: RoleId = "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse()?;
//! let reader = Role {
//!     id,
//!     name: "Reader".parse()?,
//!     description: "".parse()?,
//!     rules: vec!["allow assets.*:read".parse()?, "deny assets.secret:read".parse()?],
//!     version: 1,
//! };
//! let policy = Policy::new(vec![reader.clone()]);
//!
//! // What a token with this role may do, compiled once and asked many times.
//! let held = policy.holder(&RoleSet::from([id]), BuiltIn::AllExternalApplications);
//! assert!(held.decide(&permission!("assets.public:read")).is_allowed());
//! assert!(!held.decide(&permission!("assets.secret:read")).is_allowed());
//!
//! let why = explain([&reader], &permission!("assets.secret:read"));
//! assert_eq!(why.to_string(), "denied by rule `deny assets.secret:read` of role `Reader`");
//! # Ok(())
//! # }
//! ```

mod decision;
mod explanation;
mod keyed_hash;
mod permissions;
mod policy;
mod routes;
mod scope;
mod table;
pub mod widening;

pub use decision::{Decision, Denial, Through};
pub use explanation::{Explanation, explain};
pub use permissions::Permissions;
pub use policy::Policy;
pub use routes::Routes;
pub use scope::scope;
pub use widening::{NotHeld, ensure_all_held, ensure_edit_held, ensure_held};
