//! What a bulk change did.

use serde::{Deserialize, Serialize};

/// What happened to one of many tokens.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BulkItem))]
pub struct BulkItemView {
    /// Which.
    pub id: String,
    /// `revoked`, `already revoked`, `deleted` or `not found`.
    pub result: String,
}

/// What a bulk change did: in the order of the ids, or newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BulkResults))]
pub struct BulkView {
    /// Each token.
    pub results: Vec<BulkItemView>,
}
