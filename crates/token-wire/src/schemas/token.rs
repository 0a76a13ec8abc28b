//! Bodies about tokens.

use serde::Serialize;
use utoipa::ToSchema;

/// A token to be made; only the name must be given.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub struct NewTokenBody {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "CI")]
    pub name: String,
    /// What it is for; empty if left out.
    #[schema(required = false, max_length = 2000, example = "Deploys the shop")]
    pub description: String,
    /// The ids of its roles; none if left out.
    #[schema(required = false, max_items = 64, example = json!([]))]
    pub roles: Vec<String>,
    /// The end of its life: a time in UTC, or a date for the end of that day; `null` or left out for none.
    #[schema(example = "2030-05-31")]
    pub expires_at: Option<String>,
    /// Networks it may be used from, e.g. `10.0.0.0/8`; `null` or left out for no restriction.
    #[schema(min_items = 1, max_items = 64, example = json!(["127.0.0.0/8", "::1"]))]
    pub allowed_networks: Option<Vec<String>>,
}

/// What shall change of a token; what is left out stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenEdit)]
pub struct EditTokenBody {
    /// A new name.
    #[schema(required = false, min_length = 1, max_length = 100, example = "CI")]
    pub name: String,
    /// A new description.
    #[schema(required = false, max_length = 2000)]
    pub description: String,
    /// The ids of all its roles.
    #[schema(required = false, max_items = 64, example = json!([]))]
    pub roles: Vec<String>,
    /// Another end; `null` for none.
    #[schema(example = "2030-05-31")]
    pub expires_at: Option<String>,
    /// Other networks; `null` for no restriction.
    #[schema(min_items = 1, max_items = 64)]
    pub allowed_networks: Option<Vec<String>>,
    /// `true` ends the token with this save, for good; needs `tokens:revoke`, too.
    #[schema(required = false, example = false)]
    pub revoked: bool,
    /// Why it is revoked.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// Why a token is revoked; may be left out altogether.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Revocation)]
pub struct RevokeBody {
    /// Why; `null` or left out for no reason.
    #[schema(min_length = 1, max_length = 500, example = "left in a public repository")]
    pub reason: Option<String>,
}

/// Which text shall be shown; may be left out altogether.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reveal)]
pub struct RevealBody {
    /// The `jti` of one of the token's texts; `null` or left out for the newest.
    #[schema(example = "0192f3c1-7a52-7c11-8d4e-0242ac120002")]
    pub jti: Option<String>,
}

/// When the older texts of a rotated token end.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = OldEnds)]
pub enum OldEndsBody {
    /// At once.
    Now,
    /// At this time.
    At(String),
    /// With the first call that presents a newer text, at this time at the latest.
    OnFirstUse(String),
}

/// A new text for a token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rotation)]
pub struct RotateBody {
    /// The end of the new text and of the token; `null` for none; left out, the token keeps its own.
    #[schema(example = "2030-05-31")]
    pub expires_at: Option<String>,
    /// When the older texts end.
    pub old_ends: OldEndsBody,
}
