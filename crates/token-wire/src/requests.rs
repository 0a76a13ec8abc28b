//! What is asked for in bodies, in the domain's own types.

mod bulk;
mod guard;
mod guard_usage;
mod key;
mod password;
mod role;
mod routes;
mod session;
mod token;
mod user;

pub use bulk::{BulkActionRequest, BulkChoiceRequest, BulkFilterRequest, BulkRequest};
pub use guard::{GuardFirstUseRequest, GuardLeaveRequest, GuardSyncRequest};
pub use guard_usage::{GuardUsageRequest, USAGE_PER_REPORT};
pub use key::{ImportKeyRequest, RotateKeyRequest, WithdrawKeyRequest};
pub use password::PasswordText;
pub use role::{EditRoleRequest, NewRoleRequest};
pub use routes::RouteRulesRequest;
pub use session::{ChangePasswordRequest, SetupRequest, SignInRequest};
pub use token::{EditTokenRequest, NewTokenRequest, OldEndsRequest, RevealRequest, RevokeRequest, RotateRequest};
pub use user::{EditUserRequest, NewUserRequest};
