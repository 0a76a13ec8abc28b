//! The path of a request, as rules are asked about it: decoded once, and refused where two programs could read it as
//! two different paths.

use std::borrow::Cow;

/// Why the path of a request is not matched against any rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedPath {
    /// It is no absolute path.
    #[error("a path begins with `/`")]
    NotAbsolute,
    /// Two slashes follow each other.
    #[error("a path has no empty segment, `//`")]
    EmptySegment,
    /// A segment is `.` or `..`, written out or with escapes.
    #[error("a path has no segment `.` or `..`")]
    DotSegment,
    /// A slash or a backslash inside a segment.
    #[error("a path has no `\\`, and no slash written as `%2f` or `%5c`")]
    Slash,
    /// What servers read as the beginning of a parameter of a segment.
    #[error("a path has no `;`")]
    Semicolon,
    /// A blank, a control character, or NUL.
    #[error("a path has no blank and no control character")]
    Control,
    /// A fragment, which clients keep to themselves.
    #[error("a path has no `#`")]
    Fragment,
    /// A `%` without two hexadecimal digits.
    #[error("a `%` is followed by two hexadecimal digits")]
    Escape,
    /// An escape of an escape, which is one thing when it is decoded once and another when twice.
    #[error("a path is escaped once, not twice, as in `%252e`")]
    EscapedTwice,
    /// Bytes that are no UTF-8.
    #[error("a path is UTF-8 once its escapes are decoded")]
    NoText,
}

/// The path of a request, decoded once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestPath<'a>(Cow<'a, str>);

impl<'a> RequestPath<'a> {
    /// Reads the target of a request: path, and a query that is cut off. Borrows it where it has no escapes.
    ///
    /// # Errors
    ///
    /// [`RefusedPath`]: nobody may be let through by a path that the program behind reads as another.
    pub fn parse(target: &'a [u8]) -> Result<Self, RefusedPath> {
        let end = target.iter().position(|byte| *byte == b'?').unwrap_or(target.len());
        let path = decode(target.get(..end).unwrap_or(target))?;
        let mut segments = path.strip_prefix('/').ok_or(RefusedPath::NotAbsolute)?.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "" if segments.peek().is_some() => return Err(RefusedPath::EmptySegment),
                segment => refuse_dots(segment)?,
            }
        }
        Ok(Self(path))
    }

    /// The decoded segments behind the first slash; the last one is empty behind a slash at the end.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.strip_prefix('/').unwrap_or_default().split('/')
    }
}

/// A segment that is written with escapes, decoded.
pub(super) fn segment(text: &str) -> Result<Cow<'_, str>, RefusedPath> {
    let segment = decode(text.as_bytes())?;
    refuse_dots(&segment).map(|()| segment)
}

fn refuse_dots(segment: &str) -> Result<(), RefusedPath> {
    if matches!(segment, "." | "..") { Err(RefusedPath::DotSegment) } else { Ok(()) }
}

/// Decodes escapes once, and refuses what is ambiguous.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, RefusedPath> {
    let (mut escaped, mut wide) = (false, false);
    for byte in bytes {
        match *byte {
            b'%' => escaped = true,
            0x80.. => wide = true,
            byte => refuse(byte)?,
        }
    }
    let text = if escaped {
        Cow::Owned(unescape(bytes)?)
    } else {
        Cow::Borrowed(core::str::from_utf8(bytes).map_err(|_| RefusedPath::NoText)?)
    };
    if (escaped || wide) && text.chars().any(char::is_control) {
        return Err(RefusedPath::Control);
    }
    Ok(text)
}

/// Refuses a character that stands in no path.
const fn refuse(byte: u8) -> Result<(), RefusedPath> {
    match byte {
        b'\\' => Err(RefusedPath::Slash),
        b';' => Err(RefusedPath::Semicolon),
        b'#' => Err(RefusedPath::Fragment),
        0..=b' ' | 0x7f => Err(RefusedPath::Control),
        _ => Ok(()),
    }
}

fn unescape(bytes: &[u8]) -> Result<String, RefusedPath> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first != b'%' {
            decoded.push(*first);
            continue;
        }
        let (byte, behind) = escape(rest).ok_or(RefusedPath::Escape)?;
        match byte {
            b'/' => return Err(RefusedPath::Slash),
            b'%' if escape(behind).is_some() => return Err(RefusedPath::EscapedTwice),
            // A blank or a `#` that is escaped is one character of a name.
            b' ' | b'#' => {}
            byte => refuse(byte)?,
        }
        decoded.push(byte);
        rest = behind;
    }
    String::from_utf8(decoded).map_err(|_| RefusedPath::NoText)
}

/// The byte that two hexadecimal digits stand for, and what follows them.
fn escape(digits: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], behind) = digits.split_first_chunk()?;
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? << 4 | digit(*low)?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(target: &str) -> Result<Vec<String>, RefusedPath> {
        RequestPath::parse(target.as_bytes()).map(|path| path.segments().map(ToOwned::to_owned).collect())
    }

    #[test]
    fn paths_are_cut_at_the_query_and_decoded_once() {
        for (target, expected) in [
            ("/", &[""][..]),
            ("/?x=//..%2f;", &[""]),
            ("/assets", &["assets"]),
            ("/assets/", &["assets", ""]),
            ("/a/b.c/...", &["a", "b.c", "..."]),
            ("/%41/%c3%a9/%20%23", &["A", "é", " #"]),
            ("/100%25/x%25y", &["100%", "x%y"]),
            ("/é/A*b:@!$&'()+,=~_-", &["é", "A*b:@!$&'()+,=~_-"]),
        ] {
            assert_eq!(segments(target).unwrap(), expected, "{target}");
        }
        assert!(matches!(RequestPath::parse(b"/a/b").unwrap().0, Cow::Borrowed(_)));
    }

    #[test]
    fn atk_w05_a_path_that_could_be_read_as_another_is_refused() {
        use RefusedPath::*;
        for (target, why) in [
            ("", NotAbsolute),
            ("?x=/a", NotAbsolute),
            ("a", NotAbsolute),
            ("*", NotAbsolute),
            ("http://x/a", NotAbsolute),
            ("//", EmptySegment),
            ("//a", EmptySegment),
            ("/a//b", EmptySegment),
            ("/a//", EmptySegment),
            ("/.", DotSegment),
            ("/..", DotSegment),
            ("/a/./b", DotSegment),
            ("/a/../b", DotSegment),
            ("/a/..", DotSegment),
            ("/a/%2e%2e/b", DotSegment),
            ("/a/.%2E/b", DotSegment),
            ("/a/%2e", DotSegment),
            ("/a%2fb", Slash),
            ("/a%2Fb", Slash),
            ("/a%5cb", Slash),
            ("/a%5Cb", Slash),
            ("/a\\b", Slash),
            ("/a;b", Semicolon),
            ("/a%3bb", Semicolon),
            ("/a%00", Control),
            ("/a\0", Control),
            ("/a%0d%0a", Control),
            ("/a b", Control),
            ("/a\tb", Control),
            ("/a%7f", Control),
            ("/a%c2%85", Control),
            ("/a\u{85}", Control),
            ("/a#b", Fragment),
            ("/a%", Escape),
            ("/a%2", Escape),
            ("/a%zz", Escape),
            ("/a%+1", Escape),
            ("/a/%252e%252e/b", EscapedTwice),
            ("/a%255cb", EscapedTwice),
            ("/%ff", NoText),
            ("/%c0%af", NoText),
            ("/%ed%a0%80", NoText),
        ] {
            assert_eq!(segments(target), Err(why), "{target}");
        }
        assert_eq!(RequestPath::parse(b"/\xff"), Err(NoText));
    }
}
