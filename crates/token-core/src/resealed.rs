//! Secrets that are sealed anew, when the master key changes.

use crate::KeyId;

/// Which row holds a sealed secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SealedRow {
    /// The private half of a signing key.
    Key(KeyId),
    /// A secret of the installation, by its name.
    Secret(String),
}

/// A secret under another master key. Both texts are ciphertext; nothing here is a secret in clear.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resealed {
    /// Where it is stored.
    pub row: SealedRow,
    /// What is stored now; anything else there is a conflict.
    pub before: Vec<u8>,
    /// What shall be stored.
    pub after: Vec<u8>,
}
