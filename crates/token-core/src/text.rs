//! Texts people write: names, descriptions, reasons. Parsed once, stored in one normal form.

use core::fmt;
use core::str::FromStr;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Why a text is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing, or only blanks.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field takes.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// A control character, at this character position from 1.
    #[error("character {0} is a control character, which is not allowed here")]
    Control(usize),
    /// A character that reorders or hides text, at this character position from 1.
    #[error("character {0} changes the direction of text or is invisible, which is not allowed")]
    Hidden(usize),
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Lines {
    One,
    Many,
}

/// Characters that reorder a line (bidirectional controls) or show nothing at all. Joiners (U+200C, U+200D) and
/// variation selectors stay allowed: emoji and several scripts need them.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{00AD}' | '\u{034F}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0085}' | '\u{2028}' | '\u{2029}')
}

fn parse(text: &str, min: usize, max: usize, lines: Lines) -> Result<String, TextError> {
    // A bound before any work: no normal form shrinks a text to a quarter of its characters or less.
    if max.saturating_mul(4) < text.len() / 4 {
        return Err(TextError::TooLong(max));
    }
    for (position, c) in text.chars().enumerate() {
        let allowed_break = lines == Lines::Many && matches!(c, '\n' | '\r');
        if (c.is_control() || is_line_break(c)) && !allowed_break && !(lines == Lines::Many && c == '\t') {
            return Err(TextError::Control(position + 1));
        }
        if is_hidden(c) {
            return Err(TextError::Hidden(position + 1));
        }
    }
    let unix_lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let trimmed = unix_lines.trim();
    let normal: String = match is_nfc_quick(trimmed.chars()) {
        IsNormalized::Yes => trimmed.to_owned(),
        _ => trimmed.nfc().collect(),
    };
    match normal.chars().count() {
        n if n < min => Err(TextError::Empty),
        n if max < n => Err(TextError::TooLong(max)),
        _ => Ok(normal),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($min:expr, $max:expr, $lines:ident);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "String"))]
        pub struct $name(String);

        impl $name {
            /// Most characters (Unicode scalar values after normalisation).
            pub const MAX_CHARS: usize = $max;

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text, $min, $max, Lines::$lines).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

texts! {
    /// What people call a token, e.g. `CI pipeline`; 1..=100 characters, NFC, trimmed, one line.
    TokenName(1, 100, One);
    /// What a token is for; 0..=2000 characters, NFC, line breaks allowed.
    Description(0, 2_000, Many);
    /// What people call a role, e.g. `All external applications`; 1..=64 characters, NFC, trimmed, one line.
    RoleName(1, 64, One);
    /// What a role is for; 0..=2000 characters, NFC, line breaks allowed.
    RoleDescription(0, 2_000, Many);
    /// Why a token was revoked; 1..=500 characters, NFC, line breaks allowed.
    Reason(1, 500, Many);
    /// The name a person signs in with; 1..=64 characters, NFC, trimmed, one line.
    Username(1, 64, One);
    /// What others call a person, e.g. `Ada Lovelace`; 0..=100 characters, NFC, trimmed, one line.
    DisplayName(0, 100, One);
}

impl RoleName {
    /// The form in which role names are compared: Unicode default case folding of the NFKC form, so `Reader`,
    /// `READER` and full-width twins are one name, on every database alike.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl Username {
    /// The form in which user names are compared, looked up and counted: `Admin`, `ADMIN`, ` admin` and full-width twins
    /// are one account; see [`RoleName::folded`].
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl TokenName {
    /// The form in which token names are searched; see [`RoleName::folded`].
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Folds a piece of a name that somebody looks for, which need not be a name itself.
    #[must_use]
    pub fn fold_needle(needle: &str) -> String {
        fold(needle)
    }
}

fn fold(text: &str) -> String {
    caseless::default_case_fold_str(&text.nfkc().collect::<String>()).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_by_characters() {
        assert_eq!("".parse::<TokenName>(), Err(TextError::Empty));
        assert_eq!("   ".parse::<TokenName>(), Err(TextError::Empty));
        assert!("é".repeat(100).parse::<TokenName>().is_ok());
        assert_eq!("é".repeat(101).parse::<TokenName>(), Err(TextError::TooLong(100)));
        assert_eq!("x".repeat(1_000_000).parse::<TokenName>(), Err(TextError::TooLong(100)));
        assert_eq!("".parse::<Description>().unwrap().as_str(), "");
    }

    #[test]
    fn u01_u02_u06_control_bidi_and_invisible_characters_are_refused() {
        for (bad, why) in [
            ("a\0", TextError::Control(2)),
            ("a\u{9f}", TextError::Control(2)),
            ("a\nb", TextError::Control(2)),
            ("\u{2028}x", TextError::Control(1)),
            ("a\u{202E}b", TextError::Hidden(2)),
            ("\u{2066}x", TextError::Hidden(1)),
            ("x\u{200B}", TextError::Hidden(2)),
            ("x\u{E0041}", TextError::Hidden(2)),
            ("x\u{1FFFE}", TextError::Hidden(2)),
        ] {
            assert_eq!(bad.parse::<TokenName>(), Err(why), "{bad:?}");
        }
        assert!("two\nlines\tand a tab".parse::<Description>().is_ok());
        assert!("\u{1F469}\u{200D}\u{1F4BB}".parse::<TokenName>().is_ok(), "emoji keep their joiners");
    }

    #[test]
    fn u04_one_normal_form_is_stored() {
        assert_eq!("e\u{301}".parse::<TokenName>().unwrap(), "é".parse::<TokenName>().unwrap());
        assert_eq!(" a ".parse::<TokenName>().unwrap().as_str(), "a");
        assert_eq!("a\r\nb\rc".parse::<Description>().unwrap().as_str(), "a\nb\nc");
    }

    #[test]
    fn u08_folding_is_unicode_default() {
        let folded = |name: &str| name.parse::<RoleName>().unwrap().folded();
        assert_eq!(folded("Straße"), folded("STRASSE"));
        assert_eq!(folded("ΣΑΣ"), folded("σας"));
        assert_eq!(folded("Ｒｅａｄｅｒ"), folded("reader"));
        assert_ne!(folded("ı"), folded("i"));
    }
}
