//! What the handlers work with.

use core::fmt;
use core::time::Duration;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::web;
use ipnet::IpNet;
use token_admin::{Admin, AdminError};
use token_core::{Clock, Randomness, RemoteNodes, Seq, StoreError};
use token_guard::{Everywhere, Guard};
use token_wire::ReadinessView;
use tokio::time::timeout;

use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::sign_in::SignIn;

/// Says whether the node can serve, part by part. May block.
pub trait Readiness: Send + Sync {
    /// Looks now.
    fn check(&self) -> ReadinessView;
    /// What the metrics tell of the node's store; nothing where it has none to ask.
    fn store(&self) -> StoreView {
        StoreView::default()
    }
}

/// A store at an instant.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StoreView {
    /// How far the log has come, if the database answers.
    pub head: Option<Seq>,
    /// Its pools of connections.
    pub pools: Vec<PoolView>,
}

/// A pool of connections at an instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PoolView {
    /// What its connections are for.
    pub name: &'static str,
    /// How many there are.
    pub connections: u32,
    /// How many of them nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

/// Bounds of what is read. The defaults are the contract's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HttpLimits {
    /// Most bytes of request line and header fields together.
    pub max_head: usize,
    /// Most bytes of a body, whether its length is announced or not.
    pub max_body: usize,
    /// Most items of a page; never more than [`token_core::limits::PAGE`].
    pub max_page: usize,
    /// Most time for a body to arrive.
    pub request_timeout: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_head: 16 * 1_024,
            max_body: 64 * 1_024,
            max_page: token_core::limits::PAGE,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// What the handlers work with; one for the whole server.
#[derive(Clone)]
pub struct HttpState {
    /// The use cases.
    pub admin: Arc<Admin>,
    /// Who may pass.
    pub guard: Arc<Guard>,
    /// What changes wait for before they are answered.
    pub everywhere: Arc<Everywhere>,
    /// The log, for guards in other processes.
    pub remote: Arc<dyn RemoteNodes>,
    /// When requests arrive.
    pub clock: Arc<dyn Clock>,
    /// For request ids.
    pub randomness: Arc<dyn Randomness>,
    /// What list cursors are sealed with; the same on all nodes.
    pub cursor_key: [u8; 32],
    /// What `GET /readyz` says.
    pub readiness: Arc<dyn Readiness>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// Whether `GET /metrics` is here, beside everything else.
    pub serves_metrics: bool,
    /// How people sign in.
    pub sign_in: Arc<SignIn>,
    /// Bounds of what is read.
    pub limits: HttpLimits,
    /// Peers that are believed what they say of calls and clients: `X-Forwarded-For`, and as gateways method and path.
    pub trusted_proxies: Vec<IpNet>,
}

impl fmt::Debug for HttpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpState")
            .field("limits", &self.limits)
            .field("trusted_proxies", &self.trusted_proxies)
            .finish_non_exhaustive()
    }
}

impl HttpState {
    /// Whether this peer is believed what it says of calls and clients.
    pub(crate) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&peer))
    }
}

/// Longer than any statement may take, and than it may wait for a connection: a database that has not answered by then
/// says nothing any more.
const SILENCE: Duration = Duration::from_secs(20);

/// Runs what blocks beside the event loop, where this node knows how things are: after a restored backup it serves people
/// no more than tokens. A panic there is a fault of ours like any other.
pub(crate) async fn blocking<T: Send + 'static>(
    state: &Arc<HttpState>,
    work: impl FnOnce(&HttpState) -> Result<T, AdminError> + Send + 'static,
) -> Result<T, ApiError> {
    let state = Arc::clone(state);
    let work = web::block(move || {
        state.guard.ensure_fresh().map_err(ApiError::Refused)?;
        work(&state).map_err(ApiError::Admin)
    });
    match timeout(SILENCE, work).await {
        Ok(done) => done.map_err(|_| ApiError::Internal("a use case panicked"))?,
        Err(_) => Err(ApiError::Admin(AdminError::Store(StoreError::OutcomeUnknown("no answer in time".into())))),
    }
}
