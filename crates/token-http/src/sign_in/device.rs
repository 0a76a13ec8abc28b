//! Browsers that signed in before. Each has failures of its own, so that a stranger who guesses at an account makes
//! nobody wait who is known.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use token_core::{Randomness, RandomnessFailed};

const ID: usize = 16;
const MAC: usize = 32;

/// Makes and knows again what such a browser holds. It proves nothing but that: whoever holds it still needs the
/// password.
#[derive(Clone, Debug)]
pub(crate) struct Devices(hmac::Key);

impl Devices {
    /// With a key that is the same on all nodes.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // A key of its own, so that nothing made here is good anywhere else.
        let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), b"tokenward device");
        Self(hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()))
    }

    /// For the cookie of a browser with which this account signed in just now.
    pub(crate) fn make(&self, account: &str, randomness: &dyn Randomness) -> Result<String, RandomnessFailed> {
        let mut id = [0; ID];
        randomness.fill(&mut id)?;
        Ok(self.seal(&id, account))
    }

    /// Which browser this is, if it signed in with this account before.
    pub(crate) fn known(&self, text: &str, account: &str) -> Option<[u8; ID]> {
        let bytes = (text.len() == 64).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let (id, mac) = bytes.split_first_chunk::<ID>()?;
        hmac::verify(&self.0, &message(id, account), mac).ok().filter(|()| mac.len() == MAC).map(|()| *id)
    }

    fn seal(&self, id: &[u8; ID], account: &str) -> String {
        URL_SAFE_NO_PAD.encode([id.as_slice(), hmac::sign(&self.0, &message(id, account)).as_ref()].concat())
    }
}

/// The id has a fixed length, so no other account makes the same message.
fn message(id: &[u8; ID], account: &str) -> Vec<u8> {
    [id.as_slice(), account.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_l06_a_browser_is_known_for_one_account() {
        let devices = Devices::new(&[7; 32]);
        let text = devices.seal(&[1; 16], "ada");
        assert_eq!(devices.known(&text, "ada"), Some([1; 16]));
        assert_eq!(devices.known(&text, "eve"), None);
        assert_eq!(Devices::new(&[8; 32]).known(&text, "ada"), None);
        assert_eq!(devices.known("", "ada"), None);
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(devices.known(core::str::from_utf8(&other).unwrap(), "ada"), None, "{place}");
        }
    }
}
