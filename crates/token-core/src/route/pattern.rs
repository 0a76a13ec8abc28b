//! Patterns of paths.

use core::fmt::{self, Write as _};
use core::str::FromStr;

use super::request_path::segment;
use crate::RefusedPath;
use crate::limits::{ROUTE_PATH, ROUTE_SEGMENTS};

/// Why a text is no pattern of paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRoutePatternError {
    /// Longer than any pattern.
    #[error("a path pattern has at most {ROUTE_PATH} bytes")]
    TooLong,
    /// More segments than any pattern.
    #[error("a path pattern has at most {ROUTE_SEGMENTS} segments")]
    TooDeep,
    /// A star that is neither `*` nor a last `**`.
    #[error(
        "`*` stands for a whole segment, and `**` for everything at the end: `/assets/*/parts`, `/assets/**`; a star in a name is `%2A`"
    )]
    Wildcard,
    /// A brace: many programs name a segment of any text in braces.
    #[error("a segment of any text is `*`, not a name in braces: `/assets/*`; a brace in a name is `%7B` or `%7D`")]
    Brace,
    /// A query.
    #[error("rules are about paths alone: no `?`")]
    Query,
    /// What stands in no path.
    #[error(transparent)]
    Path(#[from] RefusedPath),
}

/// One segment of a pattern. The order is that of rules: what is more special comes first.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RouteSegment {
    /// This text, decoded; empty only as the last one, behind a slash.
    Literal(String),
    /// `*`: any text but the empty one.
    One,
}

/// A set of paths, e.g. `/assets/**`.
///
/// Shape: 1..=32 segments joined with `/`, at most 1 024 bytes; a segment may be `*`, which stands for one segment that
/// is not empty, and the last one `**`, which stands for any segments, also none: `/assets/**` has `/assets`, `/assets/`
/// and `/assets/a/b`. Everything else is itself, with escapes as in a path; letters count as they are.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RoutePattern {
    segments: Vec<RouteSegment>,
    rest: bool,
}

impl RoutePattern {
    /// The segments before a `**`, or all of them.
    #[must_use]
    pub fn segments(&self) -> &[RouteSegment] {
        &self.segments
    }

    /// Whether `**` follows them.
    #[must_use]
    pub const fn has_rest(&self) -> bool {
        self.rest
    }
}

impl FromStr for RoutePattern {
    type Err = ParseRoutePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use ParseRoutePatternError::{Brace, Path, Query, TooDeep, TooLong, Wildcard};
        if ROUTE_PATH < text.len() {
            return Err(TooLong);
        }
        if text.contains('?') {
            return Err(Query);
        }
        let all: Vec<&str> = text.strip_prefix('/').ok_or(Path(RefusedPath::NotAbsolute))?.split('/').collect();
        if ROUTE_SEGMENTS < all.len() {
            return Err(TooDeep);
        }
        let (segments, rest) = match all.as_slice() {
            [before @ .., "**"] => (before, true),
            all => (all, false),
        };
        let read = |(index, text): (usize, &&str)| match *text {
            "*" => Ok(RouteSegment::One),
            text if text.contains('*') => Err(Wildcard),
            text if text.contains(['{', '}']) => Err(Brace),
            "" if rest || index + 1 < segments.len() => Err(Path(RefusedPath::EmptySegment)),
            text => Ok(RouteSegment::Literal(segment(text)?.into_owned())),
        };
        Ok(Self { segments: segments.iter().enumerate().map(read).collect::<Result<_, _>>()?, rest })
    }
}

/// The one spelling: a pattern that is parsed from it is the same.
impl fmt::Display for RoutePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            f.write_char('/')?;
            match segment {
                RouteSegment::One => f.write_char('*')?,
                RouteSegment::Literal(text) => text.bytes().try_for_each(|byte| {
                    let plain =
                        byte.is_ascii_graphic() && !matches!(byte, b'%' | b'*' | b'?' | b'#' | b'"' | b'{' | b'}');
                    if plain { f.write_char(char::from(byte)) } else { write!(f, "%{byte:02X}") }
                })?,
            }
        }
        if self.rest { f.write_str("/**") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_one_spelling() {
        for text in ["/", "/**", "/*", "/assets/**", "/assets/*/parts", "/assets/", "/a%20b/%2A/%C3%A9", "/A:b@c"] {
            assert_eq!(text.parse::<RoutePattern>().unwrap().to_string(), text);
        }
        for (text, spelled) in
            [("/é", "/%C3%A9"), ("/%41%2d", "/A-"), ("/%2a", "/%2A"), ("/%25", "/%25"), ("/%7bid%7d", "/%7Bid%7D")]
        {
            let pattern: RoutePattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), spelled);
            assert_eq!(spelled.parse(), Ok(pattern));
        }
    }

    #[test]
    fn only_the_grammar_of_patterns() {
        use ParseRoutePatternError::{Brace, Path, Query, TooDeep, TooLong, Wildcard};
        for (text, why) in [
            ("", Path(RefusedPath::NotAbsolute)),
            ("assets", Path(RefusedPath::NotAbsolute)),
            ("**", Path(RefusedPath::NotAbsolute)),
            ("/a//b", Path(RefusedPath::EmptySegment)),
            ("//**", Path(RefusedPath::EmptySegment)),
            ("/a//", Path(RefusedPath::EmptySegment)),
            ("/../a", Path(RefusedPath::DotSegment)),
            ("/%2e", Path(RefusedPath::DotSegment)),
            ("/a%2fb", Path(RefusedPath::Slash)),
            ("/a;b", Path(RefusedPath::Semicolon)),
            ("/a#b", Path(RefusedPath::Fragment)),
            ("/a b", Path(RefusedPath::Control)),
            ("/%zz", Path(RefusedPath::Escape)),
            ("/**/a", Wildcard),
            ("/a*", Wildcard),
            ("/***", Wildcard),
            ("/a/**b", Wildcard),
            ("/a?b", Query),
            ("/assets/{id}", Brace),
            ("/a}", Brace),
        ] {
            assert_eq!(text.parse::<RoutePattern>(), Err(why), "{text}");
        }
        assert!("/a".repeat(32).parse::<RoutePattern>().is_ok());
        assert_eq!("/a".repeat(33).parse::<RoutePattern>(), Err(TooDeep));
        assert!(format!("/{}", "a".repeat(1_023)).parse::<RoutePattern>().is_ok());
        assert_eq!(format!("/{}", "a".repeat(1_024)).parse::<RoutePattern>(), Err(TooLong));
    }
}
