//! Bodies as their authors write them: what an OpenAPI document tells of the requests of this crate. A test holds every
//! member and bound here against the reader of the same body.

mod bulk;
mod guard;
mod key;
mod oauth;
mod role;
mod routes;
mod session;
mod token;
mod user;

pub use bulk::{BulkBody, BulkFilterBody};
pub use guard::{
    GuardFirstUseBody, GuardLeaveBody, GuardSyncBody, GuardTokenUsageBody, GuardUsageBody, GuardUsedFromBody,
};
pub use key::{ImportKeyBody, RotateKeyBody, WithdrawKeyBody};
pub use oauth::{IntrospectForm, RevokeForm};
pub use role::{EditRoleBody, NewRoleBody, RuleBody};
pub use routes::{RouteRuleBody, RouteRulesBody};
pub use session::{ChangePasswordBody, SetupBody, SignInBody};
pub use token::{EditTokenBody, NewTokenBody, OldEndsBody, RevealBody, RevokeBody, RotateBody};
pub use user::{EditUserBody, NewUserBody};

#[cfg(test)]
mod tests;
