//! Secrets that people or browsers hold: a session's, and the code of the first person. 256 random bits each.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use token_core::{Randomness, RandomnessFailed, SecretDigest};
use zeroize::Zeroizing;

const BYTES: usize = 32;
/// Letters of the text.
const LETTERS: usize = 43;

/// A text that is no secret of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected 43 letters of base64url")]
pub struct ParseSecretError;

/// 256 random bits, overwritten when dropped, never printed. Its text is base64url without padding, in one spelling.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; BYTES]>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`].
    pub fn generate(randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        randomness.fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The text to hand over, once.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    /// What it is known by where it is stored: the SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_slice()).as_ref());
        SecretDigest(bytes)
    }

    /// A value that only a holder of the secret can make, and that does not give the secret away: HMAC-SHA-256 of
    /// `label` under it (RFC 2104).
    #[must_use]
    pub fn derive(&self, label: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, label).as_ref());
        bytes
    }
}

impl FromStr for Secret {
    type Err = ParseSecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != LETTERS {
            return Err(ParseSecretError);
        }
        let mut bytes = Zeroizing::new([0; BYTES]);
        // The engine refuses padding, foreign letters and loose last bits, so that each secret has one text.
        match URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice()) {
            Ok(BYTES) => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(ParseSecretError),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandomness;

    #[test]
    fn one_spelling_only() {
        let secret = Secret::generate(&SystemRandomness::new()).unwrap();
        let text = secret.text();
        assert_eq!(text.len(), LETTERS);
        assert_eq!(text.parse::<Secret>().unwrap().digest(), secret.digest());
        let zeros = "A".repeat(LETTERS);
        assert!(zeros.parse::<Secret>().is_ok());
        let almost = "A".repeat(LETTERS - 1);
        let bad = [
            String::new(),
            format!("{zeros}="),
            almost.clone(),
            format!("{zeros}A"),
            format!("{almost}B"),
            format!("{almost}+"),
            format!(" {almost}"),
        ];
        for bad in bad {
            assert_eq!(bad.parse::<Secret>().unwrap_err(), ParseSecretError, "{bad}");
        }
    }

    #[test]
    fn p55_what_is_stored_or_derived_is_not_the_secret() {
        let secret = Secret::generate(&SystemRandomness::new()).unwrap();
        let other = Secret::generate(&SystemRandomness::new()).unwrap();
        assert_ne!(secret.digest(), other.digest());
        assert_ne!(secret.derive(b"csrf"), secret.derive(b"other"));
        assert_ne!(secret.derive(b"csrf"), other.derive(b"csrf"));
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
    }
}
