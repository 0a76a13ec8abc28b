//! One route rule.

use core::fmt;
use core::str::FromStr;

use super::{ParseRouteMethodError, ParseRoutePatternError};
use crate::{ParsePermissionError, Permission, RouteMethod, RoutePattern};

/// Why a text is no route rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRouteRuleError {
    /// Not three words.
    #[error("a rule is a method, a path and a permission with blanks between, e.g. `GET /assets/** assets:read`")]
    Words,
    /// The first word.
    #[error(transparent)]
    Method(#[from] ParseRouteMethodError),
    /// The second.
    #[error(transparent)]
    Path(#[from] ParseRoutePatternError),
    /// The third.
    #[error(transparent)]
    Permission(#[from] ParsePermissionError),
}

/// Which permission calls with a method and a path need, e.g. `GET /assets/** assets:read`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RouteRule {
    /// Calls with this method.
    pub method: RouteMethod,
    /// And with a path in this set.
    pub path: RoutePattern,
    /// Need this.
    pub permission: Permission,
}

impl FromStr for RouteRule {
    type Err = ParseRouteRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_ascii_whitespace();
        let (Some(method), Some(path), Some(permission), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(ParseRouteRuleError::Words);
        };
        Ok(Self { method: method.parse()?, path: path.parse()?, permission: permission.parse()? })
    }
}

impl fmt::Display for RouteRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.method, self.path, self.permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_three_words() {
        for text in ["GET /assets/** assets:read", "* / a:b", "DELETE /a/*/b a.b:c-d"] {
            assert_eq!(text.parse::<RouteRule>().unwrap().to_string(), text);
        }
        assert_eq!("  PUT\t/a   a:b \r".parse::<RouteRule>().unwrap().to_string(), "PUT /a a:b");
        for bad in ["", "GET", "GET /a", "GET /a a:b c", "/a a:b", "GET /a b c:d"] {
            assert_eq!(bad.parse::<RouteRule>(), Err(ParseRouteRuleError::Words), "{bad}");
        }
        assert!(matches!("get /a a:b".parse::<RouteRule>(), Err(ParseRouteRuleError::Method(_))));
        assert!(matches!("GET a a:b".parse::<RouteRule>(), Err(ParseRouteRuleError::Path(_))));
        assert!(matches!("GET /a a:*".parse::<RouteRule>(), Err(ParseRouteRuleError::Permission(_))));
    }
}
