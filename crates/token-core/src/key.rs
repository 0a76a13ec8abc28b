//! Signing keys as the domain sees them: names, algorithms, states. The private half is always sealed.

use core::fmt;
use core::str::FromStr;

use crate::UnixSeconds;

/// Why a text is no key id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key id has 1 to 64 characters of `A-Z`, `a-z`, `0-9`, `-` and `_`")]
pub struct ParseKeyIdError;

/// The name of a signing key, the `kid` of JWTs (RFC 7515 §4.1.4); 1..=64 bytes of `[A-Za-z0-9_-]`.
///
/// Keys made here are named by their JWK thumbprint (RFC 7638), so two keys never share a name.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);

impl KeyId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = ParseKeyIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let spelled = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(spelled) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseKeyIdError)
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name that this version of the product does not know.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not known here")]
pub struct UnknownName(pub String);

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(UnknownName(text.to_owned())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// A signature algorithm by its JWS name (RFC 7518 §3.1, RFC 8037 §3.1). A property of the key, never of a token.
    Algorithm {
        /// Ed25519; the default. Deterministic.
        EdDsa = "EdDSA",
        /// ECDSA on P-256 with SHA-256. Each signing gives another valid text.
        Es256 = "ES256",
        /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits or more, imported. Deterministic.
        Rs256 = "RS256",
    }
}

impl Algorithm {
    /// Whether signing the same bytes twice gives the same text.
    #[must_use]
    pub const fn is_deterministic(self) -> bool {
        !matches!(self, Self::Es256)
    }
}

named! {
    /// The life of a signing key; only forward.
    KeyState {
        /// Published, does not sign yet.
        Next = "next",
        /// Signs new tokens; at most one key.
        Signing = "signing",
        /// Signs nothing new, still verifies.
        Retired = "retired",
        /// Verifies nothing: as if all its JWTs were revoked. Final.
        Withdrawn = "withdrawn",
    }
}

impl KeyState {
    /// Whether JWTs signed with the key may pass.
    #[must_use]
    pub const fn verifies(self) -> bool {
        !matches!(self, Self::Withdrawn)
    }
}

/// The public half of a signing key.
///
/// Shape of `public`: Ed25519, the 32 bytes of the point; P-256, the 65 bytes `04 || x || y`; RSA, the PKCS#1
/// `RSAPublicKey` in DER.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    /// Its name.
    pub id: KeyId,
    /// What it is for; nothing else verifies with it.
    pub algorithm: Algorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// The key itself.
    pub public: Vec<u8>,
    /// When it was made or imported.
    pub created_at: UnixSeconds,
}

/// A signing key with its private half sealed under the master key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedKey {
    /// The public half.
    pub public: PublicKey,
    /// The private half, encrypted; see `token-seal`.
    pub sealed_private: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h15_h16_key_ids_take_no_paths_and_no_sql() {
        for bad in ["", "../../dev/null", "a'b", "a b", "a\0", &"k".repeat(65)] {
            assert_eq!(bad.parse::<KeyId>(), Err(ParseKeyIdError), "{bad:?}");
        }
        assert!("2026-05_aZ".parse::<KeyId>().is_ok());
    }

    #[test]
    fn names_round_trip_and_none_does_not_exist() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse::<Algorithm>().as_ref(), Ok(algorithm));
        }
        assert!("none".parse::<Algorithm>().is_err());
        assert!("HS256".parse::<Algorithm>().is_err());
    }
}
