//! The chain: every event links to the one before, and carries a MAC that only a holder of the chain key can make.

use core::fmt;

use ring::{digest, hmac};
use subtle::ConstantTimeEq as _;
use token_core::{Digest, Mac, Randomness, RandomnessFailed, RequestMac};
use zeroize::Zeroizing;

use crate::{MasterKey, OpenError, SealContext, SealError};

const KEY_BYTES: usize = 32;
const LINK_LABEL: &[u8] = b"tokenward log link v1\0";
const MAC_LABEL: &[u8] = b"tokenward log mac v1\0";
const REQUEST_LABEL: &[u8] = b"tokenward request mac v1\0";

/// The key of the log's MACs; 256 random bits, overwritten when dropped, never printed.
pub struct ChainKey(Zeroizing<[u8; KEY_BYTES]>);

/// Links an event to the one before it: SHA-256 over a label, the digest before, and the event's canonical bytes.
#[must_use]
pub fn link(previous: &Digest, canonical: &[u8]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(LINK_LABEL);
    context.update(&previous.0);
    context.update(canonical);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    Digest(bytes)
}

impl ChainKey {
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

    /// The key sealed under the master key, as it is stored.
    ///
    /// # Errors
    ///
    /// [`SealError`].
    pub fn seal(&self, master: &MasterKey, randomness: &dyn Randomness) -> Result<Vec<u8>, SealError> {
        master.seal(SealContext::ChainKey, self.0.as_slice(), randomness)
    }

    /// Opens what [`ChainKey::seal`] made.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; `Refused` for another master key.
    pub fn open(master: &MasterKey, sealed: &[u8]) -> Result<Self, OpenError> {
        let plain = master.open(SealContext::ChainKey, sealed)?;
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        if plain.len() != bytes.len() {
            return Err(OpenError::Length);
        }
        bytes.copy_from_slice(&plain);
        Ok(Self(bytes))
    }

    /// The MAC of an event by its digest: HMAC-SHA-256 (RFC 2104).
    #[must_use]
    pub fn mac(&self, digest: &Digest) -> Mac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut context = hmac::Context::with_key(&key);
        context.update(MAC_LABEL);
        context.update(&digest.0);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        Mac(bytes)
    }

    /// The MAC of a request that is remembered: HMAC-SHA-256 under another label, so that it is never one of the log.
    #[must_use]
    pub fn request_mac(&self, request: &[u8]) -> RequestMac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut context = hmac::Context::with_key(&key);
        context.update(REQUEST_LABEL);
        context.update(request);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        RequestMac(bytes)
    }

    /// Whether `mac` is the MAC of `digest`, in constant time.
    #[must_use]
    pub fn verify(&self, digest: &Digest, mac: &Mac) -> bool {
        self.mac(digest).0.ct_eq(&mac.0).into()
    }
}

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SystemRandomness;

    fn key() -> ChainKey {
        ChainKey::generate(&SystemRandomness::new()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_mac_fits_its_digest_and_key_only(bytes in any::<[u8; 32]>(), at in 0..32_usize, bit in 0..8_u8) {
            let key = key();
            let mac = key.mac(&Digest(bytes));
            prop_assert!(key.verify(&Digest(bytes), &mac));
            prop_assert!(!self::key().verify(&Digest(bytes), &mac));
            let mut other = bytes;
            other[at] ^= 1 << bit;
            prop_assert!(!key.verify(&Digest(other), &mac));
            let mut forged = mac;
            forged.0[at] ^= 1 << bit;
            prop_assert!(!key.verify(&Digest(bytes), &forged));
        }

        #[test]
        fn a_link_depends_on_both_sides(
            previous in any::<[u8; 32]>(),
            canonical in proptest::collection::vec(any::<u8>(), 0..64),
            at in 0..32_usize,
        ) {
            let digest = link(&Digest(previous), &canonical);
            prop_assert_eq!(digest, link(&Digest(previous), &canonical));
            let mut other = previous;
            other[at] ^= 1;
            prop_assert_ne!(digest, link(&Digest(other), &canonical));
            prop_assert_ne!(digest, link(&Digest(previous), &[canonical.as_slice(), &[0]].concat()));
        }
    }

    #[test]
    fn the_link_is_sha256_over_label_previous_and_canonical() {
        let mut whole = b"tokenward log link v1\0".to_vec();
        whole.extend([7; 32]);
        whole.extend(b"event");
        let expected = digest::digest(&digest::SHA256, &whole);
        assert_eq!(link(&Digest([7; 32]), b"event").0, expected.as_ref());
    }

    #[test]
    fn a_sealed_key_opens_under_its_master_key_only() {
        let master = MasterKey::generate(&SystemRandomness::new()).unwrap();
        let stranger = MasterKey::generate(&SystemRandomness::new()).unwrap();
        let key = key();
        let sealed = key.seal(&master, &SystemRandomness::new()).unwrap();
        let opened = ChainKey::open(&master, &sealed).unwrap();
        assert!(opened.verify(&Digest([1; 32]), &key.mac(&Digest([1; 32]))));
        assert_eq!(ChainKey::open(&stranger, &sealed).unwrap_err(), OpenError::Refused);
        let short = master.seal(SealContext::ChainKey, b"short", &SystemRandomness::new()).unwrap();
        assert_eq!(ChainKey::open(&master, &short).unwrap_err(), OpenError::Length);
        assert_eq!(format!("{key:?}"), "ChainKey(..)");
    }
}
