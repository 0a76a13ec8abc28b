//! The body of a bulk change.

use serde::Serialize;
use utoipa::ToSchema;

/// Which tokens a bulk change ends; all members together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkFilter)]
pub struct BulkFilterBody {
    /// A piece of the name, whatever the case.
    #[schema(required = false, min_length = 1, max_length = 100)]
    pub name: String,
    /// `active`, `expired` or `revoked`.
    #[schema(required = false, example = "expired")]
    pub state: String,
    /// The id of a role that they hold explicitly.
    #[schema(required = false)]
    pub role: String,
}

/// The end of many tokens: `ids`, or `filter` with `expected_count`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkChange)]
pub struct BulkBody {
    /// The ids of at most 1 000 tokens.
    #[schema(required = false, min_items = 1, max_items = 1000)]
    pub ids: Vec<String>,
    /// All that match, instead of ids.
    #[schema(required = false)]
    pub filter: BulkFilterBody,
    /// How many must match `filter`; otherwise nothing is done.
    #[schema(required = false)]
    pub expected_count: u64,
    /// `revoke`, or `delete`.
    #[schema(example = "revoke")]
    pub action: String,
    /// Why; `null` or left out for no reason.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}
