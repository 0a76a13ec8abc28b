//! Passwords of people: argon2id (RFC 9106), with a random salt, as text in PHC form.

use core::fmt;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use token_core::{PasswordHash, Randomness};
use zeroize::Zeroizing;

/// Memory in KiB: 19 MiB.
const MEMORY: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// A stored hash that asks for more memory than this, in KiB, is not worked on: it is not one of ours.
const MOST_MEMORY: u32 = 1_048_576;
/// Likewise for passes.
const MOST_PASSES: u32 = 16;
/// Bytes of salt.
const SALT_BYTES: usize = 16;
/// Checked where there is no hash, so that a sign-in costs the same whether somebody has the name or not. It is over
/// random bytes that nobody kept; its answer is not looked at.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$yH4ZkhPBbUBKpHVFLqPwzA$8sMOm5kB+1iW0HB2N0M9K7rN8tPp0Fh0ptx5Q8VbC1o";

/// Why a text is no password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing.
    #[error("must not be empty")]
    Empty,
    /// More bytes than are worked on.
    #[error("must have at most {} bytes", Password::MAX_BYTES)]
    TooLong,
}

/// Hashing failed: no randomness, or no memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the password could not be hashed: there was no randomness or no memory")]
pub struct HashFailed;

/// A password as somebody typed it: 1..=1024 bytes that count exactly, untrimmed and in no normal form. Overwritten
/// when dropped, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Most bytes.
    pub const MAX_BYTES: usize = 1_024;

    /// A password.
    ///
    /// # Errors
    ///
    /// [`PasswordError`].
    pub fn new(text: String) -> Result<Self, PasswordError> {
        let text = Zeroizing::new(text);
        match text.len() {
            0 => Err(PasswordError::Empty),
            n if Self::MAX_BYTES < n => Err(PasswordError::TooLong),
            _ => Ok(Self(text)),
        }
    }

    /// The text; for rules about new passwords, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What it will be checked against. Takes 19 MiB and some 20 ms: never under a lock.
    ///
    /// # Errors
    ///
    /// [`HashFailed`].
    pub fn hash(&self, randomness: &dyn Randomness) -> Result<PasswordHash, HashFailed> {
        let mut salt = [0; SALT_BYTES];
        randomness.fill(&mut salt).map_err(|_| HashFailed)?;
        let hash = argon2()?.hash_password_with_salt(self.0.as_bytes(), &salt).map_err(|_| HashFailed)?;
        PasswordHash::try_from(hash.to_string()).map_err(|_| HashFailed)
    }

    /// Whether this is the password behind `hash`. Without one the answer is no, after the same work. Takes 19 MiB and
    /// some 20 ms: never under a lock.
    #[must_use]
    pub fn is_behind(&self, hash: Option<&PasswordHash>) -> bool {
        let stored = hash.and_then(|hash| phc::PasswordHash::new(hash.as_str()).ok()).filter(is_bounded);
        let known = stored.is_some();
        let Some(checked) = stored.or_else(|| phc::PasswordHash::new(NOBODY).ok()) else { return false };
        // Algorithm, version and parameters are those of the stored hash, so they may grow with time.
        let fits = argon2().is_ok_and(|argon2| argon2.verify_password(self.0.as_bytes(), &checked).is_ok());
        fits && known
    }
}

impl Clone for Password {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

fn argon2() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a hash can be checked with bounded work, whoever wrote it into the database.
fn is_bounded(hash: &phc::PasswordHash) -> bool {
    Params::try_from(hash).is_ok_and(|params| {
        params.m_cost() <= MOST_MEMORY && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_PASSES
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandomness;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).unwrap()
    }

    #[test]
    fn p61_the_hash_is_argon2id_with_19_mib_two_passes_and_a_fresh_salt() {
        let randomness = SystemRandomness::new();
        let one = password("correct horse battery").hash(&randomness).unwrap();
        let two = password("correct horse battery").hash(&randomness).unwrap();
        assert!(one.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.as_str());
        assert_ne!(one, two);
        let salt = one.as_str().split('$').nth(4).unwrap();
        assert_eq!(salt.len(), 22, "16 bytes in base64 without padding");
    }

    #[test]
    fn atk_l02_every_byte_of_a_password_counts() {
        let randomness = SystemRandomness::new();
        for (text, others) in [
            ("pass word", ["pass word ", " pass word", "Pass word", "pass\u{a0}word"].as_slice()),
            ("e\u{301}t\u{e9}", &["\u{e9}t\u{e9}", "e\u{301}te\u{301}"]),
            ("before\0after", &["before", "before\0", "before\0after\0"]),
            ("\u{1f511}\u{1f40e}", &["\u{1f511}", "\u{1f40e}\u{1f511}"]),
        ] {
            let hash = password(text).hash(&randomness).unwrap();
            assert!(password(text).is_behind(Some(&hash)), "{text:?}");
            for other in others {
                assert!(!password(other).is_behind(Some(&hash)), "{other:?} for {text:?}");
            }
        }
        let long = "x".repeat(Password::MAX_BYTES);
        let hash = password(&long).hash(&randomness).unwrap();
        assert!(!password(&"x".repeat(Password::MAX_BYTES - 1)).is_behind(Some(&hash)), "nothing is cut");
        assert_eq!(Password::new(format!("{long}x")).unwrap_err(), PasswordError::TooLong);
        assert_eq!(Password::new(String::new()).unwrap_err(), PasswordError::Empty);
    }

    #[test]
    fn p61_without_a_hash_the_same_work_says_no() {
        let nobody = phc::PasswordHash::new(NOBODY).unwrap();
        let ours = password("x").hash(&SystemRandomness::new()).unwrap();
        let ours = phc::PasswordHash::new(ours.as_str()).unwrap();
        assert_eq!(nobody.params.to_string(), ours.params.to_string());
        assert_eq!((nobody.algorithm, nobody.version), (ours.algorithm, ours.version));
        assert_eq!(nobody.hash.unwrap().len(), ours.hash.unwrap().len());
        assert!(!password("x").is_behind(None));
    }

    #[test]
    fn a_hash_that_asks_for_boundless_work_is_not_worked_on() {
        let hash = password("x").hash(&SystemRandomness::new()).unwrap();
        for (from, to) in [("m=19456", "m=4294967295"), ("t=2", "t=4294967295")] {
            let huge = PasswordHash::try_from(hash.as_str().replace(from, to)).unwrap();
            assert!(!password("x").is_behind(Some(&huge)), "{to}");
        }
        let broken = PasswordHash::try_from("$argon2id$v=19$m=19456,t=2,p=1".to_owned()).unwrap();
        assert!(!password("x").is_behind(Some(&broken)));
        assert_eq!(format!("{:?}", password("x")), "Password(redacted)");
    }
}
