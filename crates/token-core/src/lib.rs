//! The words of the domain: API tokens, credentials, roles, keys, events, their lifecycle, and the ports through
//! which they are stored. Refuses to know I/O, clocks, cryptography, SQL, HTTP and async: time and randomness are
//! arguments.
//!
//! ```
//! use token_core::{PermissionPattern, Rule, permission};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A permission of the program is checked when it is compiled; a rule that people write is parsed.
//! let read = permission!("assets.applications:read");
//! let rule: Rule = "allow assets.*:read".parse()?;
//! assert!(rule.pattern.covers(&read));
//!
//! let pattern: PermissionPattern = "assets:*".parse()?;
//! assert!(!pattern.covers(&read), "a prefix does not cover what is below it");
//! assert!("Assets:read".parse::<Rule>().is_err());
//! # Ok(())
//! # }
//! ```
//!
//! [`Token`] has the lifecycle, [`GuardSource`] what a store of your own implements for `token-guard`. Enums of decisions and
//! of states are closed: a new variant is a new version. Errors are not, and say so.

mod actor;
mod change;
mod change_details;
mod credential;
mod details;
mod durability;
mod event;
mod following;
mod id;
mod identity;
mod key;
mod network;
mod permission;
mod permission_macro;
mod port;
mod query;
mod refused;
mod repeat;
mod resealed;
mod role;
mod role_set;
mod route;
mod session;
mod text;
mod time;
mod token;
mod token_query;
mod usage;
mod user;
mod user_change;

pub use actor::{Actor, Author, Origin};
pub use change::{Change, Subject, SubjectKind, Touches};
pub use credential::{Credential, Credentials, Encoding, Ends, NoCredential};
pub use details::{Detail, DetailValue, Details};
pub use durability::Durability;
pub use event::{Digest, Epoch, Event, EventKind, Head, Level, Mac, Seq, UnknownEventKind};
pub use following::{
    Boot, BootClock, CaughtUp, Cluster, Continuity, GuardSource, Link, NodeId, NodeLease, RemoteNodes, Renewal, Rules,
    WakeUps,
};
pub use id::{CredentialId, ParseIdError, RequestId, RoleId, TokenId, UserId};
pub use identity::{Audience, Identity, Issuer, ParseIdentityError};
pub use key::{Algorithm, KeyId, KeyState, ParseKeyIdError, PublicKey, SealedKey, UnknownName};
pub use network::{AllowedNetworks, NetworksError};
pub use permission::{
    Effect, ParsePermissionError, ParseRuleError, Permission, PermissionPattern, ResourcePattern, Rule,
};
pub use port::{
    AsOf, Clock, Committed, Decide, KeySet, Load, LogVerdict, Randomness, RandomnessFailed, Store, StoreError,
};
pub use query::{EventQuery, Page, RoleQuery, UserQuery};
pub use refused::{RefusedCalls, RefusedReason, RefusedSignIns};
pub use repeat::{IdempotencyKey, IdempotencyKeyError, REMEMBERED_SECONDS, RememberedRequest, RequestMac};
pub use resealed::{Resealed, SealedRow};
pub use role::{BuiltIn, Role, RoleUse};
pub use role_set::RoleSet;
pub use route::{
    ParseRouteMethodError, ParseRoutePatternError, ParseRouteRuleError, RefusedPath, RequestPath, RouteLineError,
    RouteMethod, RoutePattern, RouteRule, RouteRules, RouteRulesError, RouteSegment, StoredRoutes,
};
pub use session::{SecretDigest, Session, SetupCode};
pub use text::{Description, DisplayName, Reason, RoleDescription, RoleName, TextError, TokenName, Username};
pub use time::{TimeError, UnixMicros, UnixSeconds};
pub use token::{ActiveToken, Grant, Inactive, Revoked, StoredToken, Token, TokenRecord, Unrevoked};
pub use token_query::{
    CreatedBy, TokenCount, TokenPosition, TokenQuery, TokenSort, TokenSortKey, TokenStateFilter, TokenTotals,
};
pub use usage::{TokenUsage, UsageCounts, UsageDay, UsageRecord, UsedFrom};
pub use user::{Holders, ParsePasswordHashError, PasswordHash, User, UserRecord};
pub use user_change::UserChange;

/// Bounds of the domain, once. The HTTP contract cites them.
pub mod limits {
    /// Explicit roles of one token.
    pub const ROLES_PER_TOKEN: usize = 64;
    /// Explicit roles of one person.
    pub const ROLES_PER_USER: usize = 64;
    /// People that one save of a role gives it to, and that a role names.
    pub const USERS_PER_ROLE: usize = 1_000;
    /// Sessions of one person; a sign-in beyond them ends the oldest.
    pub const SESSIONS_PER_USER: usize = 32;
    /// Rules of one role.
    pub const RULES_PER_ROLE: usize = 1_000;
    /// Route rules of an installation.
    pub const ROUTE_RULES: usize = 10_000;
    /// Segments of the path of one route rule.
    pub const ROUTE_SEGMENTS: usize = 32;
    /// Bytes of the path of one route rule.
    pub const ROUTE_PATH: usize = 1_024;
    /// Texts of one token, ended ones included.
    pub const TEXTS_PER_TOKEN: usize = 64;
    /// Allowed networks of one token.
    pub const NETWORKS_PER_TOKEN: usize = 64;
    /// Tokens that one bulk change ends.
    pub const BULK: usize = 1_000;
    /// Items of one page.
    pub const PAGE: usize = 500;
    /// Items of a page when nothing is said.
    pub const DEFAULT_PAGE: usize = 50;
}
