//! Who this installation is in the tokens it issues.

use core::fmt;
use core::str::FromStr;

/// Why a text is no issuer or audience.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected 1 to 255 visible ASCII characters without blank, `\"` and `\\`, and a URI if there is a `:` in it")]
pub struct ParseIdentityError;

fn parse(text: &str) -> Result<String, ParseIdentityError> {
    // StringOrURI (RFC 7519 §2): with a colon it must be a URI, so at least a scheme stands before it.
    let visible = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    let scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    let uri = text.split_once(':').is_none_or(|(before, after)| scheme(before) && !after.is_empty());
    if (1..=255).contains(&text.len()) && text.bytes().all(visible) && uri {
        Ok(text.to_owned())
    } else {
        Err(ParseIdentityError)
    }
}

macro_rules! string_or_uri {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Shape: 1..=255 visible ASCII characters without `"` and `\`, so that JSON writes it as it is; a URI if it
        /// has a colon. Compared byte for byte.
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdentityError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

string_or_uri! {
    /// The claim `iss` (RFC 7519 §4.1.1).
    Issuer;
    /// The claim `aud`, always one string (RFC 7519 §4.1.3).
    Audience;
}

/// What every token of this installation says of its origin; fixed with the first token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// The claim `iss`.
    pub issuer: Issuer,
    /// The claim `aud`.
    pub audience: Audience,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_that_json_writes_as_they_are() {
        for good in ["https://tokens.example", "http://127.0.0.1:8080", "assets", "urn:x:y"] {
            assert!(good.parse::<Issuer>().is_ok(), "{good}");
        }
        for bad in ["", " a", "a b", "a\"b", "a\\b", "é", ":x", "a:", "1:x", &"a".repeat(256)] {
            assert!(bad.parse::<Audience>().is_err(), "{bad}");
        }
    }
}
