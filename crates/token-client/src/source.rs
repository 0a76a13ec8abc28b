//! A server as a source of tokens.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_core::{AsOf, BootClock, CredentialId, GuardSource, Link, Rules, Seq, StoreError, StoredToken, TokenId};
use token_guard::SystemBoot;
use token_wire::GuardFirstUseRequest;

use crate::CallError;
use crate::api::Api;
use crate::learned::Learned;
use crate::link::RemoteLink;

/// How long the first answer may take, of a server whose lease is not known yet.
const FIRST: Duration = Duration::from_secs(10);

/// A server as a source of tokens for a guard.
#[derive(Clone)]
pub struct RemoteSource {
    shared: Arc<Shared>,
}

/// What all who ask a server share.
pub(crate) struct Shared {
    pub(crate) api: Api,
    pub(crate) boot: Arc<dyn BootClock>,
    pub(crate) lease: Duration,
    learned: Mutex<Learned>,
    complaint: Mutex<String>,
}

impl RemoteSource {
    /// Asks a server for what a guard begins with.
    pub(crate) fn connect(api: Api) -> Result<Self, CallError> {
        Self::with_clock(api, Arc::new(SystemBoot))
    }

    /// The same by another clock.
    pub(crate) fn with_clock(api: Api, boot: Arc<dyn BootClock>) -> Result<Self, CallError> {
        let answer = api.rules(FIRST)?;
        let lease = Duration::from_millis(answer.lease_ms);
        let learned = Mutex::new(Learned::new(lease, &answer.read()?));
        Ok(Self { shared: Arc::new(Shared { api, boot, lease, learned, complaint: Mutex::default() }) })
    }

    /// How long all nodes of the server go by what they have read.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.shared.lease
    }
}

impl Shared {
    pub(crate) fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long an answer that is needed now may take.
    fn soon(&self) -> Duration {
        self.lease.max(Duration::from_secs(1))
    }

    /// Says once why the server is not believed or not reached; whoever asked is told that there is no answer.
    pub(crate) fn complain(&self, error: CallError) -> StoreError {
        let text = std::error::Error::source(&error).map_or_else(|| error.to_string(), |why| format!("{error}: {why}"));
        let mut complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        if *complaint != text {
            tracing::warn!(error = %text, "the token server gives no answer that counts");
            *complaint = text;
        }
        error.into()
    }

    /// What was complained of is over.
    pub(crate) fn content(&self) {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn rules(&self) -> Result<AsOf<Rules>, CallError> {
        let answer = self.api.rules(self.soon())?;
        let rules = answer.read()?;
        self.learned().believe_rules(Duration::from_millis(answer.lease_ms), &rules)?;
        Ok(rules)
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, CallError> {
        let floor = self.learned().head();
        let token = self.api.token(id, self.soon())?.read(id)?;
        Learned::believe_token(&floor, &token.head)?;
        Ok(token)
    }
}

impl GuardSource for RemoteSource {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.shared.rules().map_err(|error| self.shared.complain(error))
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.shared.token(id).map_err(|error| self.shared.complain(error))
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        // It is answered when it is in force on every node: a lease and a tenth at most.
        let within = self.shared.lease * 2 + Duration::from_secs(5);
        let told = self.shared.api.first_use(&GuardFirstUseRequest { token, used }, within);
        told.map(|told| Seq::new(told.seq)).map_err(|error| self.shared.complain(error))
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(RemoteLink::new(Arc::clone(&self.shared))))
    }
}

impl core::fmt::Debug for RemoteSource {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RemoteSource").field("api", &self.shared.api).finish_non_exhaustive()
    }
}
