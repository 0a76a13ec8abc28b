//! How often a guard asks the database about a token: whatever it keeps it does not ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use token_core::{AsOf, CredentialId, GuardSource, Link, Rules, Seq, StoreError, StoredToken, TokenId};

/// A source that counts.
pub struct Counted {
    source: Arc<dyn GuardSource>,
    asked: AtomicU64,
}

impl Counted {
    /// Over this source.
    #[must_use]
    pub fn new(source: Arc<dyn GuardSource>) -> Self {
        Self { source, asked: AtomicU64::new(0) }
    }

    /// How many tokens were read.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl GuardSource for Counted {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.source.rules()
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.source.token(id)
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        self.source.tell_first_use(token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        self.source.link()
    }
}

impl core::fmt::Debug for Counted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Counted").field("asked", &self.asked()).finish_non_exhaustive()
    }
}
