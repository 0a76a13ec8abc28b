//! Route rules: which permission a call of another program needs, told by its method and path. Gateways ask for it.

mod method;
mod pattern;
mod request_path;
mod rule;
mod rules;

pub use method::{ParseRouteMethodError, RouteMethod};
pub use pattern::{ParseRoutePatternError, RoutePattern, RouteSegment};
pub use request_path::{RefusedPath, RequestPath};
pub use rule::{ParseRouteRuleError, RouteRule};
pub use rules::{RouteLineError, RouteRules, RouteRulesError, StoredRoutes};
