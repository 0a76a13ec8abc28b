//! Secrets at rest: the master key, what is sealed under it, and the chain key that proves the log.
//!
//! Refuses to know where secrets are kept beyond the master key's own file: no SQL, no configuration, no HTTP.
//! Randomness is an argument; [`SystemRandomness`] is the one that production hands in.

mod chain;
mod master;
mod master_file;
mod password;
mod random;
mod sealed;
mod secret;

pub use chain::{ChainKey, link};
pub use master::{MasterKey, MasterKeyError};
pub use password::{HashFailed, Password, PasswordError};
pub use random::SystemRandomness;
pub use sealed::{OpenError, SealContext, SealError};
pub use secret::{ParseSecretError, Secret};
