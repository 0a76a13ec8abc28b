//! Passwords in bodies.

use core::fmt;

/// Most bytes of a password.
const MAX_BYTES: usize = 1_024;

/// A password as it was sent: 1..=1024 bytes, exactly as they are. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub struct PasswordText(String);

impl PasswordText {
    /// The text, for the one use it has.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text.len() {
            0 => Err("must not be empty"),
            n if MAX_BYTES < n => Err("must have at most 1024 bytes"),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Debug for PasswordText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordText(redacted)")
    }
}
