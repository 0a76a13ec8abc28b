//! The master key: 256 random bits that everything else is sealed under.

use core::fmt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use token_core::{Randomness, RandomnessFailed};
use zeroize::Zeroizing;

/// Bytes of the key.
pub(crate) const KEY_BYTES: usize = 32;

/// The key that everything secret is sealed under; 256 bits, overwritten when dropped, never printed.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// Why there is no master key. Never shows what was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// Nothing is there.
    #[error("there is no master key file `{path}`")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A directory, a symbolic link, a pipe, a device.
    #[error("`{path}` is not a regular file; a master key is read from nothing else")]
    NotAFile {
        /// Which.
        path: PathBuf,
    },
    /// A key file has some 44 bytes.
    #[error("`{path}` is larger than 1024 bytes and no master key file")]
    TooLarge {
        /// Which.
        path: PathBuf,
    },
    /// Others on the machine may read or write it.
    #[error("`{path}` is open to others (mode `{mode:04o}`); it must belong to its owner alone: `chmod 600`")]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file is made once and never overwritten.
    #[error("`{path}` exists already; a master key is never overwritten")]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// Not the text of 32 bytes.
    #[error("a master key is 32 bytes in base64url without padding: 43 characters, and a newline at most")]
    Text,
    /// The file system refused.
    #[error("cannot use `{path}` as master key file")]
    Io {
        /// Which.
        path: PathBuf,
        /// What it said.
        #[source]
        source: std::io::Error,
    },
    /// A new key needs randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
}

impl MasterKey {
    /// A new key.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`].
    pub fn generate(randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        randomness.fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Parses a key as an environment variable or file holds it: 32 bytes in base64url without padding (RFC 4648
    /// §5), followed by one newline at most.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError::Text`]; it does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(line).map_err(|_| MasterKeyError::Text)?);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        if decoded.len() != bytes.len() {
            return Err(MasterKeyError::Text);
        }
        bytes.copy_from_slice(&decoded);
        Ok(Self(bytes))
    }

    /// Whether both are the same key, in constant time.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }

    /// The key as [`MasterKey::parse`] reads it.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandomness;

    #[test]
    fn one_spelling_of_32_bytes() {
        let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let expected: Vec<u8> = (0..32).collect();
        for text in [good.to_owned(), format!("{good}\n"), format!("{good}\r\n")] {
            assert_eq!(MasterKey::parse(&text).unwrap().bytes().as_slice(), expected);
        }
        for bad in [
            String::new(),
            "\n".to_owned(),
            format!("{good}="),
            format!("{good}\n\n"),
            format!(" {good}"),
            good.chars().take(42).collect(),
            format!("{good}AAA"),
            good.replace('A', "+"),
            // The last character carries two unused bits; they must be zero.
            good.replace("Hh8", "Hh9"),
        ] {
            assert!(matches!(MasterKey::parse(&bad), Err(MasterKeyError::Text)), "{bad:?}");
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_the_key() {
        let key = MasterKey::generate(&SystemRandomness::new()).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(..)");
        let text = format!("{}x", *key.text());
        let error = MasterKey::parse(&text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(text.get(..8).unwrap()));
    }
}
