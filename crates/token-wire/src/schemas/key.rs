//! Bodies about signing keys.

use serde::Serialize;
use utoipa::ToSchema;

/// A signing key to be made; may be left out altogether.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyRotation)]
pub struct RotateKeyBody {
    /// `EdDSA` or `ES256`; the configured algorithm if left out.
    #[schema(required = false, pattern = "^(EdDSA|ES256)$", example = "EdDSA")]
    pub algorithm: String,
    /// `true` lets it sign at once, before others know it; for emergencies.
    #[schema(required = false, example = true)]
    pub now: bool,
}

/// A signing key from elsewhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyImport)]
pub struct ImportKeyBody {
    /// One private key in PEM: Ed25519 or P-256, or RSA of 2048 to 4096 bits.
    #[schema(max_length = 16384)]
    pub pem: String,
    /// `true` lets it sign at once, before others know it.
    #[schema(required = false, example = true)]
    pub now: bool,
}

/// Nothing is to be said; may be left out altogether.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyWithdrawal)]
pub struct WithdrawKeyBody {}
