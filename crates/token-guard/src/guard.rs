//! A guard: what it is made of, and what it is asked beside who may pass.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use token_authz::Routes;
use token_core::{
    BootClock, GuardSource, Identity, NodeId, RefusedCalls, RefusedReason, Role, RoleId, RouteRules, Seq, StoreError,
    TokenId,
};
use token_jwt::{KeyRing, MAX_TOKEN};

use crate::budget::{Budget, SIGNATURE_CHECKS_PER_SECOND};
use crate::follower::Follower;
use crate::front::GuardNumber;
use crate::memory::Memory;
use crate::place::PlaceKey;
use crate::rounds::{Rounds, links};
use crate::snapshots::Published;
use crate::tally::Tally;
use crate::turn::Turn;
use crate::verified::Verified;
use crate::{Everywhere, OwnNode, SystemBoot};

/// Tokens and texts that are kept, where nobody says otherwise.
pub const CACHED_TOKENS: usize = 100_000;

/// How a guard follows the log.
#[derive(Clone)]
pub struct Follow {
    /// How the cluster knows it.
    pub node: NodeId,
    /// How long it goes by what it has read; what all nodes agreed on, and nobody lengthens.
    pub lease: Duration,
    /// What the lease is measured with.
    pub boot: Arc<dyn BootClock>,
    /// How many tokens, and how many texts, it keeps; an eighth more at most.
    pub cached_tokens: usize,
}

impl Follow {
    /// By the clock of this machine, keeping what is usual.
    #[must_use]
    pub fn new(node: NodeId, lease: Duration) -> Self {
        Self { node, lease, boot: Arc::new(SystemBoot), cached_tokens: CACHED_TOKENS }
    }
}

impl core::fmt::Debug for Follow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Follow").field("node", &self.node).field("lease", &self.lease).finish_non_exhaustive()
    }
}

/// The one place where calls are admitted. Middleware, introspection and everything else ask here.
///
/// What it keeps are facts about texts and tokens, never decisions, and it believes them only as long as its lease: it
/// must follow the log ([`crate::Following`], or by asking anew where nobody follows for it).
pub struct Guard {
    pub(crate) number: GuardNumber,
    pub(crate) source: Arc<dyn GuardSource>,
    pub(crate) memory: Memory,
    /// Route rules that stand for those of the log.
    pub(crate) own_routes: Option<Arc<Routes>>,
    pub(crate) verified: Verified,
    /// Where threads keep texts.
    pub(crate) places: PlaceKey,
    pub(crate) rounds: Turn<Rounds>,
    pub(crate) node: NodeId,
    pub(crate) lease: Duration,
    pub(crate) boot: Arc<dyn BootClock>,
    pub(crate) everywhere: OnceLock<Arc<Everywhere>>,
    pub(crate) max_token: usize,
    /// `None` where signature checks are not limited.
    pub(crate) budget: Option<Budget>,
    pub(crate) refused: Tally,
}

impl Guard {
    /// A guard over a source of tokens, with the keys and roles as they are now. It is fresh from its first round on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the source does not answer.
    pub fn open(source: Arc<dyn GuardSource>, follow: Follow) -> Result<Self, StoreError> {
        let rules = source.rules()?;
        let memory = Memory::new(Published::new(rules.head, rules.value)?, follow.cached_tokens);
        let follower = Follower::new(rules.head.seq, follow.lease);
        Ok(Self {
            number: GuardNumber::new(),
            rounds: Turn::new(Rounds::new(follower, links(&source))),
            source,
            memory,
            own_routes: None,
            verified: Verified::new(follow.cached_tokens).map_err(|failed| StoreError::Unavailable(failed.into()))?,
            places: PlaceKey::new(),
            node: follow.node,
            lease: follow.lease,
            boot: follow.boot,
            everywhere: OnceLock::new(),
            max_token: MAX_TOKEN,
            budget: Budget::new(SIGNATURE_CHECKS_PER_SECOND),
            refused: Tally::default(),
        })
    }

    /// The same guard with another bound on the length of texts, in bytes.
    #[must_use]
    pub fn with_max_token(mut self, bytes: usize) -> Self {
        self.max_token = bytes;
        self
    }

    /// The same guard with route rules of its own, whatever the log says of them.
    #[must_use]
    pub fn with_routes(mut self, rules: RouteRules) -> Self {
        self.own_routes = Some(Arc::new(Routes::new(rules)));
        self
    }

    /// The same guard with another bound on the signature checks that texts not seen before may cost each address
    /// (IPv6: each /64) in one second of [`crate::Arrival::now`]; 0 sets no bound. Texts whose signature was good before
    /// cost nothing. Behind a proxy [`crate::Arrival::peer`] must be the client's address, else all clients share one budget.
    #[must_use]
    pub fn with_signature_checks(mut self, per_second: u32) -> Self {
        self.budget = Budget::new(per_second);
        self
    }

    /// This guard as the node of its process.
    pub fn own_node(self: &Arc<Self>) -> OwnNode {
        let guard = Arc::downgrade(self);
        let applied = move || guard.upgrade().map_or(Seq::ZERO, |guard| guard.applied().seq);
        OwnNode { node: self.node, applied: Arc::new(applied) }
    }

    /// What the first use of a newer text waits for before it is answered. Set once; a second time changes nothing.
    pub fn wait_with(&self, everywhere: Arc<Everywhere>) {
        let _ = self.everywhere.set(everywhere);
    }

    /// Counts a call of an admitted caller that was refused for a permission; `None` for one that came without a token,
    /// e.g. of a signed-in person. Calls that [`Guard::admit`] refuses
    /// are counted there.
    pub fn count_forbidden(&self, token: Option<TokenId>) {
        if let Some(token) = token {
            self.memory.usage.of(token).forbidden();
        }
        self.refused.add(&RefusedCalls { reason: RefusedReason::Permission, token, count: 1 });
    }

    /// Counts a call with another credential than a token that was not good, e.g. a session that has ended.
    pub fn count_other_credential(&self) {
        self.refused.add(&RefusedCalls { reason: RefusedReason::Invalid, token: None, count: 1 });
    }

    /// Takes the counts of refused calls since the last time; at most 70 lines.
    #[must_use]
    pub fn take_refused(&self) -> Vec<RefusedCalls> {
        self.refused.take()
    }

    /// Puts counts back that could not be written.
    pub fn return_refused(&self, refused: &[RefusedCalls]) {
        for calls in refused {
            self.refused.add(calls);
        }
    }

    /// Looks at the keys that verify now, e.g. to publish them.
    pub fn with_keys<T>(&self, look: impl FnOnce(&KeyRing) -> T) -> T {
        look(&self.memory.published().keys.ring)
    }

    /// Issuer and audience of all texts, once one was issued; as far as the log is applied.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        self.memory.published().keys.identity.clone()
    }

    /// How many tokens and how many texts are kept now.
    #[must_use]
    pub fn cached(&self) -> (usize, usize) {
        (self.memory.len(), self.verified.len())
    }

    /// The roles that exist, of these; as far as the log is applied.
    #[must_use]
    pub fn roles(&self, ids: impl IntoIterator<Item = RoleId>) -> Vec<Role> {
        let published = self.memory.published();
        ids.into_iter().filter_map(|id| published.policy.role(id).cloned()).collect()
    }
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Guard").field("applied", &self.applied().seq).finish_non_exhaustive()
    }
}
