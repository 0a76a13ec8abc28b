//! Route rules: which permission calls of other programs need.

use serde::{Deserialize, Serialize};
use token_core::{RouteRule, StoredRoutes};

/// One route rule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RouteRule))]
pub struct RouteRuleView {
    /// The name of a method, or `*`.
    pub method: String,
    /// The pattern of paths, e.g. `/assets/**`.
    pub path: String,
    /// What a caller needs.
    pub permission: String,
}

impl From<&RouteRule> for RouteRuleView {
    fn from(rule: &RouteRule) -> Self {
        Self { method: rule.method.to_string(), path: rule.path.to_string(), permission: rule.permission.to_string() }
    }
}

/// All route rules of a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RouteRules))]
pub struct RoutesView {
    /// The rules, by path and method. Their order means nothing: the most special one decides.
    pub rules: Vec<RouteRuleView>,
    /// `database`, or `file` where this node goes by a file of its own.
    pub source: String,
    /// Counts saves from 0; the `ETag`.
    pub version: u64,
}

impl RoutesView {
    /// Rules from one of the two sources.
    #[must_use]
    pub fn new(routes: &StoredRoutes, source: &str) -> Self {
        let rules = routes.rules.iter().map(RouteRuleView::from).collect();
        Self { rules, source: source.to_owned(), version: routes.version }
    }
}

/// Whether a token would pass.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RouteCheckToken))]
pub struct RouteCheckTokenView {
    /// Which.
    pub id: String,
    /// Whether the call would pass with it, from an address it is allowed from.
    pub passes: bool,
    /// Why, in a sentence.
    pub message: String,
}

/// What the route rules say of a call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RouteCheck))]
pub struct RouteCheckView {
    /// The method that was asked about.
    pub method: String,
    /// The path that was asked about.
    pub path: String,
    /// The rule that decides; `null` where none is about the call, which refuses it.
    pub rule: Option<RouteRuleView>,
    /// Why the path is matched against no rule; `null` if it is.
    pub refused: Option<String>,
    /// Whether the token that was asked about would pass; `null` if none was.
    pub token: Option<RouteCheckTokenView>,
}

#[cfg(test)]
mod tests {
    use token_core::RouteRules;

    use super::*;

    #[test]
    fn shape_of_route_rules() {
        let rules = RouteRules::from_lines("GET /assets/** assets:read\n* /a%20b a:b").unwrap();
        let view = RoutesView::new(&StoredRoutes { rules, version: 3 }, "database");
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"rules":[{"method":"*","path":"/a%20b","permission":"a:b"},"#,
                r#"{"method":"GET","path":"/assets/**","permission":"assets:read"}],"source":"database","version":3}"#
            )
        );
        assert_eq!(serde_json::from_str::<RoutesView>(&json).unwrap(), view);
    }
}
