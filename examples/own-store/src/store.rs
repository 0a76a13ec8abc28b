//! A store of tokens as a guard sees it: four methods for reading, and a log of what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_core::{
    AsOf, CaughtUp, Continuity, CredentialId, Digest, Epoch, GuardSource, Head, KeySet, Link, NodeId, Renewal,
    RouteRules, Rules, Seq, StoreError, StoredToken, TokenId, Touches,
};

/// All that is stored; one lock stands for the transactions of a database.
#[derive(Clone, Default)]
pub(crate) struct OwnStore(Arc<Mutex<State>>);

struct State {
    rules: Rules,
    tokens: BTreeMap<TokenId, StoredToken>,
    /// What each change touched, in the order of the changes.
    log: Vec<Touches>,
    nodes: BTreeSet<NodeId>,
}

impl Default for State {
    fn default() -> Self {
        let keys = KeySet { keys: Vec::new(), identity: None };
        let rules = Rules { roles: Vec::new(), keys, routes: RouteRules::default() };
        Self { rules, tokens: BTreeMap::new(), log: Vec::new(), nodes: BTreeSet::new() }
    }
}

impl State {
    /// How far the log has come. This one dies with the process, so it has one life and needs no digests.
    fn head(&self) -> Head {
        Head { epoch: Epoch([1; 16]), seq: Seq::new(self.log.len() as u64), digest: Digest([0; 32]) }
    }

    fn as_of<T>(&self, value: T) -> AsOf<T> {
        AsOf { head: self.head(), value }
    }
}

impl OwnStore {
    /// Changes rules or keys.
    pub(crate) fn change_rules(&self, change: impl FnOnce(&mut Rules)) {
        let mut state = self.state();
        change(&mut state.rules);
        // A guard that is told of everything reads policy and keys anew.
        state.log.push(Touches { everything: true, ..Touches::default() });
    }

    /// Changes one token, or makes it: what `change` makes of what is stored. A deleted id must never return.
    pub(crate) fn change_token(&self, id: TokenId, change: impl FnOnce(Option<StoredToken>) -> Option<StoredToken>) {
        let mut state = self.state();
        let before = state.tokens.remove(&id);
        if let Some(after) = change(before) {
            state.tokens.insert(id, after);
        }
        state.log.push(Touches { tokens: vec![id], ..Touches::default() });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GuardSource for OwnStore {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        let state = self.state();
        Ok(state.as_of(state.rules.clone()))
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        let state = self.state();
        Ok(state.as_of(state.tokens.get(&id).cloned()))
    }

    /// This service never rotates texts, so none waits for the first use of another.
    fn tell_first_use(&self, _: TokenId, _: CredentialId) -> Result<Seq, StoreError> {
        Ok(self.state().head().seq)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Link for OwnStore {
    fn renew(&mut self, node: NodeId, _: Seq) -> Result<Renewal, StoreError> {
        let is_new = self.state().nodes.insert(node);
        Ok(if is_new { Renewal::Registered } else { Renewal::Kept })
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        let state = self.state();
        let seen = usize::try_from(known.seq.get()).unwrap_or(usize::MAX);
        let Some(news) = state.log.get(seen..) else {
            let (head, touches) = (state.head(), Touches::default());
            return Ok(CaughtUp { head, continuity: Continuity::GoneBack, touches, rules: None });
        };
        let everything = news.iter().any(|touched| touched.everything);
        let tokens = news.iter().flat_map(|touched| touched.tokens.clone()).collect();
        let touches = Touches { everything, tokens, ..Touches::default() };
        let rules = everything.then(|| state.rules.clone());
        Ok(CaughtUp { head: state.head(), continuity: Continuity::Unbroken, touches, rules })
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        self.state().nodes.remove(&node);
        Ok(())
    }
}
