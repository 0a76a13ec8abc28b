//! Texts whose signature was good, and that are what we signed: whoever presents one again is not checked again.
//!
//! Not the texts are kept but their keyed digests: nobody outside can aim at one, a text that is not kept is taken for one
//! that is by no chance worth naming, and what is kept takes little room and tells nobody a text.

use quick_cache::sync::Cache;
use token_core::{CredentialId, RandomnessFailed, Seq, TokenId};
use token_jwt::{TextDigest, TextDigests, VerifiedClaims};

use crate::memory::room_for;

/// What a text was found to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) token: TokenId,
    pub(crate) jti: CredentialId,
    /// The keys that vouched for it; under other keys it is checked again.
    keys: Seq,
}

/// See the module. Bounded.
pub(crate) struct Verified {
    texts: Cache<TextDigest, Seen>,
    digests: TextDigests,
}

impl Verified {
    pub(crate) fn new(entries: usize) -> Result<Self, RandomnessFailed> {
        Ok(Self { texts: Cache::new(room_for(entries)), digests: TextDigests::new()? })
    }

    /// What a text is, if it was good under these keys.
    pub(crate) fn get(&self, text: &str, keys: Seq) -> Option<Seen> {
        self.texts.get(&self.digests.of(text)?).filter(|seen| seen.keys == keys)
    }

    /// Keeps a text whose signature these keys made, and that is, byte for byte, what we signed.
    pub(crate) fn keep(&self, text: &str, claims: &VerifiedClaims, keys: Seq) {
        if let Some(digest) = self.digests.of(text) {
            self.texts.insert(digest, Seen { token: claims.sub(), jti: claims.jti(), keys });
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.texts.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}
