//! Who does something, and from where.

use core::fmt;
use std::net::IpAddr;

use crate::{RequestId, TokenId, TokenName, UserId, Username};

/// Whoever an event names; id and name as they were then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// A signed-in person.
    Person {
        /// Who.
        id: UserId,
        /// The name then.
        name: Username,
    },
    /// An external application, by its token.
    Token {
        /// Which.
        id: TokenId,
        /// The name then.
        name: TokenName,
    },
    /// Somebody on the machine itself, who holds the master key or the database anyway.
    CommandLine,
    /// The product itself.
    System,
}

impl Actor {
    /// `person`, `token`, `command line` or `system`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Token { .. } => "token",
            Self::CommandLine => "command line",
            Self::System => "system",
        }
    }

    /// The id of a person or token.
    #[must_use]
    pub fn id(&self) -> Option<[u8; 16]> {
        match self {
            Self::Person { id, .. } => Some(*id.as_bytes()),
            Self::Token { id, .. } => Some(*id.as_bytes()),
            Self::CommandLine | Self::System => None,
        }
    }

    /// The name to show; the kind where there is no name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name.as_str(),
            Self::Token { name, .. } => name.as_str(),
            Self::CommandLine | Self::System => self.kind(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { .. } | Self::Token { .. } => write!(f, "{} {}", self.kind(), self.name()),
            Self::CommandLine | Self::System => f.write_str(self.kind()),
        }
    }
}

/// Where a change came from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Origin {
    /// The client's address, if it came over the network.
    pub address: Option<IpAddr>,
    /// The request, if it was one.
    pub request: Option<RequestId>,
}

/// Who makes a change, and from where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Author {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub origin: Origin,
}

impl Author {
    /// The command line on the machine itself.
    #[must_use]
    pub fn command_line() -> Self {
        Self { actor: Actor::CommandLine, origin: Origin::default() }
    }

    /// The product itself.
    #[must_use]
    pub fn system() -> Self {
        Self { actor: Actor::System, origin: Origin::default() }
    }
}
