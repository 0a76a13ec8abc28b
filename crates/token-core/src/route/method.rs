//! The method of a route rule.

use core::fmt;
use core::str::FromStr;

/// A text that is no method of a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the method is `*` for every one, or `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`, `OPTIONS`, `TRACE` or `CONNECT`"
)]
pub struct ParseRouteMethodError;

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// A method by its name (RFC 9110 §9, RFC 5789), or every method.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum RouteMethod { $($(#[$doc])* $variant,)+ }

        impl RouteMethod {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name, in upper case; `*` for every method.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn read(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

methods! {
    /// Asks for a representation. Where no rule has `HEAD`, it answers that, too.
    Get = "GET";
    /// Asks for the head of a representation.
    Head = "HEAD";
    /// Hands something over.
    Post = "POST";
    /// Replaces.
    Put = "PUT";
    /// Changes in part.
    Patch = "PATCH";
    /// Removes.
    Delete = "DELETE";
    /// Asks what is possible.
    Options = "OPTIONS";
    /// Sends back what came.
    Trace = "TRACE";
    /// Opens a tunnel.
    Connect = "CONNECT";
    /// Every method, also those that have no name here.
    Any = "*";
}

impl RouteMethod {
    /// The method of a request, if rules can name it. Names are compared as they are: `get` is none.
    #[must_use]
    pub fn of_request(name: &str) -> Option<Self> {
        Self::read(name).filter(|method| *method != Self::Any)
    }
}

impl FromStr for RouteMethod {
    type Err = ParseRouteMethodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text).ok_or(ParseRouteMethodError)
    }
}

impl fmt::Display for RouteMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_upper_case_and_the_star_is_no_method_of_a_request() {
        for method in RouteMethod::ALL {
            assert_eq!(method.as_str().parse(), Ok(*method));
            assert_eq!(RouteMethod::of_request(method.as_str()).is_none(), *method == RouteMethod::Any);
        }
        for bad in ["", "get", "Get", "GET ", "PROPFIND", "**", "ANY"] {
            assert_eq!(bad.parse::<RouteMethod>(), Err(ParseRouteMethodError), "{bad}");
            assert_eq!(RouteMethod::of_request(bad), None, "{bad}");
        }
    }
}
