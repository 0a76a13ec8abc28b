//! A guard over the database, kept fresh in the background.

use std::sync::Arc;
use std::time::Duration;

use token_core::{Clock, GuardSource, NodeId};
use token_guard::{Follow, Following, Guard, Listen};
use token_jwt::SystemRandomness;
use token_store::{Beside, DatabaseUrl, StoreOptions, TokenStore};

/// What a guard goes by where the database does not say yet; a server would choose the same.
const LEASE: Duration = Duration::from_secs(1);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("`LISTEN` is an address and a port, e.g. `127.0.0.1:9090`")]
    Listen,
    #[error("`DATABASE`: {0}")]
    Address(#[from] token_store::UrlError),
    #[error("cannot open the database: {0}")]
    Open(#[from] token_store::OpenError),
    #[error("cannot read the database: {0}")]
    Read(#[from] token_core::StoreError),
    #[error(transparent)]
    Randomness(#[from] token_core::RandomnessFailed),
    #[error(transparent)]
    Lease(#[from] token_store::LeaseInUse),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// From here on this process is a node: whoever changes something waits until it knows.
pub(crate) fn follow(database: &str, clock: &Arc<dyn Clock>) -> Result<(Arc<Guard>, Following), Failure> {
    let database: DatabaseUrl = database.parse()?;
    let randomness = SystemRandomness::new();
    // Without the master key it reads and follows, and signs nothing.
    let options = StoreOptions { readers: 4, master: None };
    let store = Arc::new(TokenStore::open(&database, &options, Arc::clone(clock), &randomness)?);
    // One lease for all nodes of a database.
    let lease = store.lease(None, LEASE)??;

    let source = Arc::new(Beside::new(Arc::clone(&store))) as Arc<dyn GuardSource>;
    let guard = Arc::new(Guard::open(source, Follow::new(NodeId::new(&randomness)?, lease))?);
    // The first round registers the node, the second makes it fresh.
    for _ in 0..2 {
        guard.round()?;
    }
    let listen: Arc<Listen> = Arc::new(move || store.wake_ups());
    let following = Following::begin(&guard, lease / 4, Some(listen), |_| {})?;
    Ok((guard, following))
}
