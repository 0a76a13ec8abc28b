//! What may be done to what: permissions, patterns of them, and rules (NIST RBAC: an operation on a kind of resource).

use core::fmt;
use core::str::FromStr;
use std::borrow::Cow;

const MAX_SEGMENTS: usize = 8;
const MAX_SEGMENT: usize = 32;

/// Why a text is no permission or pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePermissionError {
    /// No `:` between resource and action.
    #[error("expected `resource:action`, e.g. `assets.applications:read`")]
    NoColon,
    /// An empty, too long, or wrongly spelled segment.
    #[error("each segment has 1 to 32 characters of `a-z`, `0-9` and `-`")]
    Segment,
    /// More than eight segments.
    #[error("a resource has at most 8 segments")]
    TooDeep,
    /// `*` where the grammar has none.
    #[error(
        "`*` may stand for the whole action, the whole resource, or the end of it: `*:read`, `assets.*:read`, `assets:*`"
    )]
    Wildcard,
}

fn parse_segment(text: &str) -> Result<(), ParsePermissionError> {
    let spelled = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if text.contains('*') {
        Err(ParsePermissionError::Wildcard)
    } else if (1..=MAX_SEGMENT).contains(&text.len()) && text.bytes().all(spelled) {
        Ok(())
    } else {
        Err(ParsePermissionError::Segment)
    }
}

fn parse_resource(text: &str, max: usize) -> Result<(), ParsePermissionError> {
    for (index, segment) in text.split('.').enumerate() {
        if max <= index {
            return Err(ParsePermissionError::TooDeep);
        }
        parse_segment(segment)?;
    }
    Ok(())
}

/// One action on one kind of resource, e.g. `tokens:revoke`.
///
/// Shape: `resource:action`; the resource is 1..=8 segments joined with `.`, segments and action are 1..=32 bytes of
/// `[a-z0-9-]`, so a permission is also a scope-token (RFC 6749 §3.3).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "String"))]
pub struct Permission {
    text: Cow<'static, str>,
    colon: usize,
}

impl Permission {
    /// A permission written in the program, to be used in constants: a malformed one stops the build.
    ///
    /// ```
    /// use token_core::Permission;
    /// const READ: Permission = Permission::literal("assets.applications:read");
    /// assert_eq!(READ.action(), "read");
    /// ```
    ///
    /// ```compile_fail
    /// const READ: token_core::Permission = token_core::Permission::literal("Assets:read");
    /// ```
    ///
    /// # Panics
    ///
    /// On a malformed text, outside of constants.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        let (mut position, mut colon, mut segment, mut segments) = (0, 0, 0, 1);
        while let [byte, tail @ ..] = rest {
            match *byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' => segment += 1,
                b'.' if colon == 0 && 0 < segment => (segment, segments) = (0, segments + 1),
                b':' if colon == 0 && 0 < segment => (segment, colon) = (0, position),
                _ => panic_malformed(),
            }
            assert!(segment <= MAX_SEGMENT && segments <= MAX_SEGMENTS, "a segment is too long, or there are too many");
            rest = tail;
            position += 1;
        }
        assert!(0 < colon && 0 < segment, "expected `resource:action`");
        Self { text: Cow::Borrowed(text), colon }
    }

    /// `resource:action`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the colon.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// The part after the colon.
    #[must_use]
    pub fn action(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or_default()
    }
}

const fn panic_malformed() -> ! {
    #[expect(clippy::panic, reason = "stops the build when a constant is malformed")]
    {
        panic!("segments have 1 to 32 characters of `a-z`, `0-9` and `-`, joined with `.`, and one `:`")
    }
}

impl TryFrom<String> for Permission {
    type Error = ParsePermissionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (resource, action) = text.split_once(':').ok_or(ParsePermissionError::NoColon)?;
        parse_resource(resource, MAX_SEGMENTS)?;
        parse_segment(action)?;
        let colon = resource.len();
        Ok(Self { text: Cow::Owned(text), colon })
    }
}

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The resource half of a pattern.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ResourcePattern {
    /// `*`: every resource.
    Any,
    /// `assets.*`: every resource with one or more segments after this prefix, not the prefix itself.
    Under(String),
    /// `assets`: this resource alone.
    Exact(String),
}

/// A set of permissions, e.g. `assets.*:read`; covers `assets.a.b:read`, not `assets:read`.
///
/// Shape: as [`Permission`]; the action may be `*`, the resource may be `*` or end in `.*`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "String"))]
pub struct PermissionPattern {
    resource: ResourcePattern,
    /// `None` is `*`.
    action: Option<String>,
}

impl PermissionPattern {
    /// The resources it covers.
    #[must_use]
    pub fn resource(&self) -> &ResourcePattern {
        &self.resource
    }

    /// The one action it covers; `None` for every action.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// Whether `permission` is in the set.
    #[must_use]
    pub fn covers(&self, permission: &Permission) -> bool {
        let resource = permission.resource();
        let in_resource = match &self.resource {
            ResourcePattern::Any => true,
            ResourcePattern::Exact(exact) => exact == resource,
            ResourcePattern::Under(prefix) => {
                resource.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('.'))
            }
        };
        in_resource && self.action.as_deref().is_none_or(|action| action == permission.action())
    }
}

impl FromStr for PermissionPattern {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (resource, action) = text.split_once(':').ok_or(ParsePermissionError::NoColon)?;
        let resource = match resource.strip_suffix(".*") {
            _ if resource == "*" => ResourcePattern::Any,
            Some(prefix) => {
                parse_resource(prefix, MAX_SEGMENTS - 1)?;
                ResourcePattern::Under(prefix.to_owned())
            }
            None => {
                parse_resource(resource, MAX_SEGMENTS)?;
                ResourcePattern::Exact(resource.to_owned())
            }
        };
        let action = match action {
            "*" => None,
            action => {
                parse_segment(action)?;
                Some(action.to_owned())
            }
        };
        Ok(Self { resource, action })
    }
}

impl TryFrom<String> for PermissionPattern {
    type Error = ParsePermissionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for PermissionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resource {
            ResourcePattern::Any => f.write_str("*")?,
            ResourcePattern::Under(prefix) => write!(f, "{prefix}.*")?,
            ResourcePattern::Exact(exact) => f.write_str(exact)?,
        }
        write!(f, ":{}", self.action.as_deref().unwrap_or("*"))
    }
}

/// Whether a rule grants or takes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    /// Grants what its pattern covers.
    Allow,
    /// Takes what its pattern covers, whatever allows it.
    Deny,
}

impl Effect {
    /// `allow` or `deny`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

impl FromStr for Effect {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "allow" => Ok(Self::Allow),
            "deny" => Ok(Self::Deny),
            _ => Err(ParseRuleError::Effect),
        }
    }
}

/// One rule of a role: `allow assets.*:read`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rule {
    /// Grants or takes.
    pub effect: Effect,
    /// What.
    pub pattern: PermissionPattern,
}

/// Why a text is no rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRuleError {
    /// Neither `allow` nor `deny`.
    #[error("the effect is `allow` or `deny`")]
    Effect,
    /// The pattern is none.
    #[error(transparent)]
    Pattern(#[from] ParsePermissionError),
}

impl FromStr for Rule {
    type Err = ParseRuleError;

    /// `allow assets:read`, one blank between.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (effect, pattern) = text.split_once(' ').ok_or(ParseRuleError::Effect)?;
        Ok(Self { effect: effect.parse()?, pattern: pattern.parse()? })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.effect.as_str(), self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, permission: &str) -> bool {
        pattern.parse::<PermissionPattern>().unwrap().covers(&permission.parse().unwrap())
    }

    #[test]
    fn patterns_cover_whole_segments() {
        assert!(covers("assets.*:read", "assets.applications:read"));
        assert!(covers("assets.*:read", "assets.a.b:read"));
        assert!(!covers("assets.*:read", "assets:read"));
        assert!(!covers("assets.*:read", "assetsx.a:read"));
        assert!(!covers("assets:read", "assets:read-all"));
        assert!(covers("*:*", "a.b:c"));
        assert!(covers("assets:*", "assets:write"));
        assert!(!covers("assets:*", "assets.a:write"));
    }

    #[test]
    fn a29_literal_grammar_only() {
        for bad in [
            "",
            ":",
            "a",
            "a:",
            ":b",
            "*",
            "**:read",
            "a.*.b:read",
            "a*:read",
            "*.a:read",
            "a:re*",
            "a.:b",
            ".a:b",
            "A:b",
            "a:b:c",
            "a b:c",
            "a.*",
            "a..b:c",
            "a:b ",
            "(a+)+$:x",
            "a\u{0}:b",
        ] {
            assert!(bad.parse::<PermissionPattern>().is_err(), "{bad}");
        }
        assert!("x.".repeat(5_000).parse::<PermissionPattern>().is_err());
        assert!("a.b.c.d.e.f.g.h:x".parse::<Permission>().is_ok());
        assert_eq!("a.b.c.d.e.f.g.h.i:x".parse::<Permission>(), Err(ParsePermissionError::TooDeep));
        assert_eq!("a.b.c.d.e.f.g.h.*:x".parse::<PermissionPattern>(), Err(ParsePermissionError::TooDeep));
        assert_eq!("a:*".parse::<Permission>(), Err(ParsePermissionError::Wildcard));
    }

    #[test]
    fn texts_round_trip() {
        for text in ["allow *:*", "deny assets.*:read", "allow a-1.b:x"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        assert_eq!("grant a:b".parse::<Rule>(), Err(ParseRuleError::Effect));
    }
}
