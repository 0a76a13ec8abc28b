//! The store for a guard in a process beside the server's.

use std::sync::Arc;

use token_core::{
    AsOf, CaughtUp, CredentialId, GuardSource, Head, Link, NodeId, RemoteNodes, Renewal, Rules, Seq, StoreError,
    StoredToken, TokenId,
};

use crate::TokenStore;

/// A source for a service that reads the database itself: its guard is a node that changes wait for, on an embedded
/// database too. There [`TokenStore`] itself registers nobody, since it is the server's alone.
#[derive(Clone, Debug)]
pub struct Beside(Arc<TokenStore>);

impl Beside {
    /// The source over this store.
    #[must_use]
    pub fn new(store: Arc<TokenStore>) -> Self {
        Self(store)
    }
}

impl GuardSource for Beside {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.0.rules()
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.0.token(id)
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        self.0.tell_first_use(token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Link for Beside {
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        RemoteNodes::renew(self.0.as_ref(), node, applied)
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        self.0.since(known)
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        RemoteNodes::leave(self.0.as_ref(), node)
    }
}
