//! The guard itself, connected and following.

use core::time::Duration;
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use token_core::{GuardSource, NodeId};
use token_guard::{CACHED_TOKENS, Follow, Following, Guard};

use crate::api::Api;
use crate::reporter::Reporter;
use crate::{CallError, ConnectError, RemoteSource, ServerAddress};

/// Between two rounds: the server holds its answers, so there is nothing to wait for here.
const PAUSE: Duration = Duration::from_millis(2);

/// Where a server is and how to follow it, before anything is asked.
#[derive(Clone)]
pub struct Remote {
    address: String,
    token: String,
    certificates: Option<Vec<u8>>,
    cached_tokens: usize,
}

impl Remote {
    /// A server at `address`, e.g. `https://tokens.example`, and a token that may `guards:follow` there. Plain HTTP is for
    /// loopback addresses alone.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        let (address, token) = (address.to_owned(), token.to_owned());
        Self { address, token, certificates: None, cached_tokens: CACHED_TOKENS }
    }

    /// Believes the authorities in this PEM, and no longer those of the system.
    #[must_use]
    pub fn trusting(mut self, certificates: &[u8]) -> Self {
        self.certificates = Some(certificates.to_owned());
        self
    }

    /// Keeps so many tokens, and as many texts; an eighth more at most.
    #[must_use]
    pub fn keeping(mut self, tokens: usize) -> Self {
        self.cached_tokens = tokens;
        self
    }

    /// Connects: asks for all roles and keys, registers as a node, and follows from here on. May block for some seconds.
    ///
    /// # Errors
    ///
    /// [`ConnectError`].
    pub fn connect(self) -> Result<RemoteGuard, ConnectError> {
        self.connect_with(|guard| guard)
    }

    /// The same, with the guard changed before it is used, e.g. [`Guard::with_signature_checks`].
    ///
    /// # Errors
    ///
    /// [`ConnectError`].
    pub fn connect_with(self, change: impl FnOnce(Guard) -> Guard) -> Result<RemoteGuard, ConnectError> {
        let address: ServerAddress = self.address.parse()?;
        let api = Api::new(address, &self.token, self.certificates.as_deref())?;
        let source = RemoteSource::connect(api.clone())?;
        let mut node = [0; 16];
        SystemRandom::new().fill(&mut node).map_err(|_| CallError::Randomness)?;
        let follow = Follow { cached_tokens: self.cached_tokens, ..Follow::new(NodeId(node), source.lease()) };
        let source: Arc<dyn GuardSource> = Arc::new(source);
        let guard = Arc::new(change(Guard::open(source, follow).map_err(ConnectError::Follow)?));
        // The first round registers the node, the second makes it fresh.
        for _ in 0..2 {
            guard.round().map_err(ConnectError::Follow)?;
        }
        let following = Following::begin(&guard, PAUSE, None, |_| {}).map_err(ConnectError::Thread)?;
        let reporter = Reporter::begin(&guard, &api).map_err(ConnectError::Thread)?;
        Ok(RemoteGuard { guard, _reporter: reporter, _following: following })
    }
}

impl core::fmt::Debug for Remote {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Remote").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A guard that follows a server, and tells it every ten seconds which tokens were used: counts by outcome, the last use, and the
/// last addresses of callers. When this is dropped it tells the rest, which takes some seconds at most where the server is
/// slow; then the guard leaves the cluster and admits nobody any more: keep it as long as the service serves.
#[derive(Debug)]
pub struct RemoteGuard {
    guard: Arc<Guard>,
    /// Ends before the guard leaves.
    _reporter: Reporter,
    _following: Following,
}

impl RemoteGuard {
    /// Follows the server at `address` with a token that may `guards:follow`, with everything else as is usual.
    ///
    /// # Errors
    ///
    /// [`ConnectError`].
    pub fn connect(address: &str, token: &str) -> Result<Self, ConnectError> {
        Remote::new(address, token).connect()
    }

    /// The guard, for as many threads as want it.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        Arc::clone(&self.guard)
    }
}
