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
