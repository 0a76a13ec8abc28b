//! What a confirmed change survives.

use core::fmt;

/// What a change survives from the moment it is confirmed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Durability {
    /// A crash and a power cut, and not the loss of the one machine it is on.
    Local,
    /// The loss of that machine too: another one has it on its disk.
    Replicated,
}

impl Durability {
    /// `local` or `replicated`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Replicated => "replicated",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
