//! Bodies of guards in other processes.

use serde::Serialize;
use utoipa::ToSchema;

/// How far a guard has applied the log, and whether it says so as a node.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardFollowing)]
pub struct GuardSyncBody {
    /// The guard, 16 random bytes of its own in hexadecimal digits. Its registration is renewed; if left out, nothing is.
    #[schema(required = false, pattern = "^[0-9a-f]{32}$", example = "5f0d8f1c2b7a4e6d9c3b1a0f8e7d6c5b")]
    pub node: String,
    /// What this request is called, 16 random bytes in hexadecimal digits; the answer says it again.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "0a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    pub nonce: String,
    /// The `epoch` of the head that is applied.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "00112233445566778899aabbccddeeff")]
    pub epoch: String,
    /// The `seq` of the head that is applied.
    #[schema(maximum = 9_223_372_036_854_775_807_i64)]
    pub seq: u64,
    /// The `digest` of the head that is applied.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    pub digest: String,
    /// How long the answer may wait for something new, 0 if left out; at most half a lease counts. Milliseconds.
    #[schema(required = false, example = 250)]
    pub wait_ms: u64,
}

/// A text of a token was admitted.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardFirstUseReport)]
pub struct GuardFirstUseBody {
    /// The id of the token.
    #[schema(format = "uuid")]
    pub token: String,
    /// Which of its texts.
    #[schema(format = "uuid")]
    pub jti: String,
}

/// A guard that ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardLeave)]
pub struct GuardLeaveBody {
    /// Which.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "5f0d8f1c2b7a4e6d9c3b1a0f8e7d6c5b")]
    pub node: String,
}

/// An address that admitted calls came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardUsedFrom)]
pub struct GuardUsedFromBody {
    /// When. What lies in the future is taken as now.
    #[schema(format = "date-time")]
    pub at: String,
    /// The address.
    #[schema(example = "192.0.2.1")]
    pub address: String,
}

/// What a guard counted of one token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardTokenUsage)]
pub struct GuardTokenUsageBody {
    /// The id of the token.
    #[schema(format = "uuid")]
    pub token: String,
    /// Calls that were admitted.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub admitted: u64,
    /// Those of them that lacked a permission.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub forbidden: u64,
    /// Calls that were refused since token or text had expired.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub expired: u64,
    /// Calls that were refused since the token was revoked.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub revoked: u64,
    /// Calls that were refused since a newer text had taken the place of the one presented.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub superseded: u64,
    /// Calls that were refused since they came from an address the token is not for.
    #[schema(required = false, maximum = 1_000_000_000)]
    pub address: u64,
    /// When the last admitted call came. What lies in the future is taken as now.
    #[schema(required = false, format = "date-time")]
    pub last_used_at: String,
    /// The last addresses that admitted calls came from.
    #[schema(required = false, max_items = 5)]
    pub addresses: Vec<GuardUsedFromBody>,
}

/// What a guard counted since its last report.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuardUsage)]
pub struct GuardUsageBody {
    /// Token by token.
    #[schema(max_items = 500)]
    pub usage: Vec<GuardTokenUsageBody>,
}
