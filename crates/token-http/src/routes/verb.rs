//! Methods of the table of routes.

use core::fmt;

use actix_web::http::Method;

/// Methods of the contract. Where there is `GET`, there is `HEAD`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Verb {
    /// Reads.
    Get,
    /// Makes or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
    /// Whatever a gateway was asked to do: every method, also those that have no name here.
    Any,
}

impl Verb {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Any => "ANY",
        }
    }

    pub(crate) fn answers(self, method: &Method) -> bool {
        self == Self::Any || method.as_str() == self.as_str() || (self == Self::Get && *method == Method::HEAD)
    }

    pub(crate) const fn allow(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
