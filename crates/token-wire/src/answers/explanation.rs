//! Why a token may do something or not.

use serde::{Deserialize, Serialize};

use super::RuleView;

/// A decision, and what decided it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Explanation))]
pub struct ExplanationView {
    /// `allow` or `deny`.
    pub decision: String,
    /// The permission that was asked about.
    pub permission: String,
    /// The name of the role that decided; `null` if no rule covers the permission.
    pub role: Option<String>,
    /// The rule that decided; `null` for the role `admin`, which needs none, and if no rule covers the permission.
    pub rule: Option<RuleView>,
    /// The same in a sentence.
    pub message: String,
}
