//! Sealing: AES-256-GCM under the master key, bound to what the secret is.
//!
//! Shape of sealed bytes: version byte `1`, 12 bytes of nonce, ciphertext, 16 bytes of tag (NIST SP 800-38D). The
//! context is the associated data: sealed bytes moved to another row do not open.

use core::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use token_core::{Algorithm, KeyId, Randomness, RandomnessFailed};
use zeroize::Zeroizing;

use crate::MasterKey;

const VERSION: u8 = 1;

/// What a sealed secret is; sealed bytes open in the context they were sealed in, and in no other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SealContext<'a> {
    /// The private half of a signing key: `private-key:<kid>:<alg>`.
    PrivateKey {
        /// Its name.
        key: &'a KeyId,
        /// What it is for.
        algorithm: Algorithm,
    },
    /// The key of the log's MACs: `chain-key`.
    ChainKey,
}

impl SealContext<'_> {
    /// What a secret of the installation is, by the name it is stored under; every one of them has its line here, so
    /// that a change of the master key misses none.
    #[must_use]
    pub fn of_secret(name: &str) -> Option<Self> {
        match name {
            "chain-key" => Some(Self::ChainKey),
            _ => None,
        }
    }
}

impl fmt::Display for SealContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Unambiguous: a key id has no `:`.
            Self::PrivateKey { key, algorithm } => write!(f, "private-key:{key}:{algorithm}"),
            Self::ChainKey => f.write_str("chain-key"),
        }
    }
}

/// Why a secret could not be sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// There is no nonce without randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// More than the cipher takes.
    #[error("the secret is too long to be sealed")]
    TooLong,
}

/// Why sealed bytes did not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Sealed by a version of the product that this one does not know, or no sealed bytes at all.
    #[error("these are no sealed bytes of a known version")]
    Shape,
    /// Another master key, another context, or altered bytes: the cipher does not say which.
    #[error("sealed under another master key or for another purpose, or altered")]
    Refused,
    /// What was sealed is not what this context holds.
    #[error("the sealed secret has the wrong length")]
    Length,
}

impl MasterKey {
    /// Seals `plain` for `context`; a fresh nonce each time.
    ///
    /// # Errors
    ///
    /// [`SealError`] when there is no randomness or the secret is far too long.
    pub fn seal(
        &self,
        context: SealContext<'_>,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        randomness.fill(&mut nonce)?;
        let context = context.to_string();
        // The copy is overwritten by its own ciphertext.
        let mut body = Zeroizing::new(plain.to_vec());
        let tag = self
            .cipher()
            .and_then(|cipher| {
                cipher.seal_in_place_separate_tag(
                    Nonce::assume_unique_for_key(nonce),
                    Aad::from(context.as_bytes()),
                    &mut body,
                )
            })
            .map_err(|_| SealError::TooLong)?;
        Ok([&[VERSION], nonce.as_slice(), &body, tag.as_ref()].concat())
    }

    /// Opens what [`MasterKey::seal`] made for the same context.
    ///
    /// # Errors
    ///
    /// [`OpenError::Shape`] or [`OpenError::Refused`].
    pub fn open(&self, context: SealContext<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::Shape)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(OpenError::Shape)?;
        if *version != VERSION || body.len() < AES_256_GCM.tag_len() {
            return Err(OpenError::Shape);
        }
        let context = context.to_string();
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .cipher()
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                cipher.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).map(|plain| plain.len())
            })
            .map_err(|_| OpenError::Refused)?;
        body.truncate(length);
        Ok(body)
    }

    fn cipher(&self) -> Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&AES_256_GCM, self.bytes()).map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SystemRandomness;

    fn master() -> MasterKey {
        MasterKey::generate(&SystemRandomness::new()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_was_sealed_opens_and_any_flipped_bit_does_not(
            plain in proptest::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let master = master();
            let mut sealed = master.seal(SealContext::ChainKey, &plain, &SystemRandomness::new()).unwrap();
            prop_assert_eq!(sealed.len(), 1 + 12 + plain.len() + 16);
            prop_assert_eq!(&**master.open(SealContext::ChainKey, &sealed).unwrap(), plain.as_slice());
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(master.open(SealContext::ChainKey, &sealed).is_err());
            sealed[at] ^= 1 << bit;
            prop_assert!(master.open(SealContext::ChainKey, &sealed[..at]).is_err());
        }
    }

    #[test]
    fn another_context_or_key_does_not_open() {
        let (one, two): (KeyId, KeyId) = ("one".parse().unwrap(), "two".parse().unwrap());
        let context = SealContext::PrivateKey { key: &one, algorithm: Algorithm::EdDsa };
        assert_eq!(context.to_string(), "private-key:one:EdDSA");
        let master = master();
        let sealed = master.seal(context, b"secret", &SystemRandomness::new()).unwrap();
        for other in [
            SealContext::ChainKey,
            SealContext::PrivateKey { key: &two, algorithm: Algorithm::EdDsa },
            SealContext::PrivateKey { key: &one, algorithm: Algorithm::Es256 },
        ] {
            assert_eq!(master.open(other, &sealed).unwrap_err(), OpenError::Refused);
        }
        let stranger = MasterKey::generate(&SystemRandomness::new()).unwrap();
        assert_eq!(stranger.open(context, &sealed).unwrap_err(), OpenError::Refused);
    }

    #[test]
    fn sealing_twice_never_gives_the_same_bytes() {
        let master = master();
        let seal = || master.seal(SealContext::ChainKey, b"same", &SystemRandomness::new()).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn no_randomness_no_seal() {
        struct Dry;
        impl Randomness for Dry {
            fn fill(&self, _: &mut [u8]) -> Result<(), RandomnessFailed> {
                Err(RandomnessFailed)
            }
        }
        let refused = SealError::Randomness(RandomnessFailed);
        assert_eq!(master().seal(SealContext::ChainKey, b"x", &Dry), Err(refused));
        assert!(MasterKey::generate(&Dry).is_err());
    }
}
