//! Ids: one type for each kind of thing, all UUIDv7 in the same single spelling.

use core::fmt;
use core::str::FromStr;

use uuid::{Builder, Uuid, Variant};

use crate::{Randomness, RandomnessFailed, UnixMicros};

/// Why a text is no id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a UUIDv7 in lower-case hyphenated form, e.g. `0192f3c1-7a52-7c11-8d4e-0242ac120002`")]
pub struct ParseIdError;

fn parse(text: &str) -> Result<Uuid, ParseIdError> {
    let id = Uuid::try_parse(text).map_err(|_| ParseIdError)?;
    let mut buffer = Uuid::encode_buffer();
    let canonical: &str = id.hyphenated().encode_lower(&mut buffer);
    if canonical == text && is_v7(id) { Ok(id) } else { Err(ParseIdError) }
}

fn is_v7(id: Uuid) -> bool {
    id.get_version_num() == 7 && id.get_variant() == Variant::RFC4122
}

fn make(now: UnixMicros, randomness: &dyn Randomness) -> Result<Uuid, RandomnessFailed> {
    let mut bytes = [0; 10];
    randomness.fill(&mut bytes)?;
    Ok(Builder::from_unix_timestamp_millis(now.millis(), &bytes).into_uuid())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Shape: a UUIDv7 (RFC 9562 §5.7) in hyphenated lower-case hex; parses that one form and no other.
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "String"))]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for something that comes into being at `now`.
            ///
            /// # Errors
            ///
            /// [`RandomnessFailed`] when the source of randomness gives none.
            pub fn new(now: UnixMicros, randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
                make(now, randomness).map(Self)
            }

            /// The id in 16 bytes, as it is stored.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id in these 16 bytes.
            ///
            /// # Errors
            ///
            /// [`ParseIdError`] when they are no UUIDv7.
            pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, ParseIdError> {
                let id = Uuid::from_bytes(bytes);
                if is_v7(id) { Ok(Self(id)) } else { Err(ParseIdError) }
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }
    )+};
}

ids! {
    /// One token; the claim `sub` of its JWTs (RFC 7519 §4.1.2).
    TokenId;
    /// One JWT issued for a token; its claim `jti` (RFC 7519 §4.1.7).
    CredentialId;
    /// One role.
    RoleId;
    /// One person.
    UserId;
    /// One request, as logs, problem details and the changelog name it.
    RequestId;
}

impl RoleId {
    /// The id of a built-in role: the same in every installation.
    pub(crate) const fn built_in(number: u8) -> Self {
        Self(Uuid::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        let good = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        assert_eq!(good.parse::<TokenId>().unwrap().to_string(), good);
        for bad in [
            "",
            "0192F3C1-7A52-7C11-8D4E-0242AC120002",
            "0192f3c17a527c118d4e0242ac120002",
            "{0192f3c1-7a52-7c11-8d4e-0242ac120002}",
            "urn:uuid:0192f3c1-7a52-7c11-8d4e-0242ac120002",
            "0192f3c1-7a52-4c11-8d4e-0242ac120002",
            "0192f3c1-7a52-7c11-cd4e-0242ac120002",
            " 0192f3c1-7a52-7c11-8d4e-0242ac120002",
            "-1",
            "9223372036854775808",
        ] {
            assert_eq!(bad.parse::<TokenId>(), Err(ParseIdError), "{bad}");
        }
    }

    #[test]
    fn ids_follow_time() {
        struct Zero;
        impl Randomness for Zero {
            fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
                bytes.fill(0);
                Ok(())
            }
        }
        let early = TokenId::new(UnixMicros::new(1_000_000).unwrap(), &Zero).unwrap();
        let late = TokenId::new(UnixMicros::new(2_000_000).unwrap(), &Zero).unwrap();
        assert!(early < late);
        assert_eq!(TokenId::from_bytes(*late.as_bytes()), Ok(late));
    }
}
