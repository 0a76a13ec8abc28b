//! The text of a token: a secret while it is whole, three segments while nobody vouches for it.

use core::fmt;

use memchr::memchr;
use zeroize::Zeroizing;

use crate::VerifyError;

/// Longest text that is looked at, in bytes.
pub const MAX_TOKEN: usize = 4_096;

/// The raw text of a token, exactly what stands behind `Bearer `. Never stored, never printed, gone from memory when
/// dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct TokenText(Zeroizing<String>);

impl TokenText {
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one answer it belongs in.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(redacted)")
    }
}

/// Three segments of the right alphabet. Says nothing of its content: there are no getters, because nobody vouches.
#[derive(Clone, Copy)]
pub struct UnverifiedJwt<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
    /// Header, dot and payload: what is signed (RFC 7515 §5.2).
    pub(crate) signed: &'a str,
}

impl<'a> UnverifiedJwt<'a> {
    /// Splits a compact JWS (RFC 7515 §7.1): two dots, base64url without padding, no empty segment.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Size`] over `max` bytes, before anything is read; [`VerifyError::Shape`].
    pub fn parse(text: &'a str, max: usize) -> Result<Self, VerifyError> {
        if max < text.len() {
            return Err(VerifyError::Size);
        }
        let first = memchr(b'.', text.as_bytes()).ok_or(VerifyError::Shape)?;
        let (header, rest) = text.split_at_checked(first).ok_or(VerifyError::Shape)?;
        let rest = rest.strip_prefix('.').ok_or(VerifyError::Shape)?;
        let (payload, signature) = rest.split_once('.').ok_or(VerifyError::Shape)?;
        let signed = text.get(..first + 1 + payload.len()).ok_or(VerifyError::Shape)?;
        let spelled = |segment: &str| {
            !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if spelled(header) && spelled(payload) && spelled(signature) {
            Ok(Self { header, payload, signature, signed })
        } else {
            Err(VerifyError::Shape)
        }
    }
}

impl fmt::Debug for UnverifiedJwt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedJwt(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_e01_e03_e04_e05_three_segments_of_one_alphabet() {
        assert!(UnverifiedJwt::parse("a.b.c", 10).is_ok());
        for bad in [
            "",
            ".",
            "..",
            "...",
            "a.b",
            "a.b.",
            ".b.c",
            "a..c",
            "a.b.c.d",
            "a.b.c=",
            "a.b+.c",
            "a/.b.c",
            "a .b.c",
            "a.b.c\n",
            "\"a.b.c\"",
            "a\u{2024}b\u{2024}c",
            "\u{feff}a.b.c",
            "a.b.c~",
            "{\"a\":1}",
        ] {
            assert_eq!(UnverifiedJwt::parse(bad, 100).err(), Some(VerifyError::Shape), "{bad:?}");
        }
    }

    #[test]
    fn atk_d01_the_bound_comes_first() {
        assert_eq!(UnverifiedJwt::parse(&".".repeat(MAX_TOKEN + 1), MAX_TOKEN).err(), Some(VerifyError::Size));
        assert_eq!(UnverifiedJwt::parse(&"a".repeat(MAX_TOKEN), MAX_TOKEN).err(), Some(VerifyError::Shape));
    }

    #[test]
    fn p55_nothing_prints_a_text() {
        assert_eq!(format!("{:?}", TokenText::new("a.b.c".to_owned())), "TokenText(redacted)");
        assert_eq!(format!("{:?}", UnverifiedJwt::parse("a.b.c", 9).unwrap()), "UnverifiedJwt(redacted)");
    }
}
