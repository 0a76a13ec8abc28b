//! Bodies about route rules.

use serde::Serialize;
use utoipa::ToSchema;

/// A route rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRouteRule)]
pub struct RouteRuleBody {
    /// The name of a method in upper case, or `*` for every one; `GET` stands for `HEAD`, too.
    #[schema(example = "GET")]
    pub method: String,
    /// Begins with `/`; `*` stands for one segment, `**` at the end for any.
    #[schema(min_length = 1, max_length = 1024, example = "/assets/**")]
    pub path: String,
    /// What a caller needs: `resource:action`.
    #[schema(example = "assets:read")]
    pub permission: String,
}

/// All route rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRouteRules)]
pub struct RouteRulesBody {
    /// The rules; no two have the same method and path, and their order means nothing.
    #[schema(max_items = 10000)]
    pub rules: Vec<RouteRuleBody>,
}
