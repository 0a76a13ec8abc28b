//! Keys and policy as of one event of the log. Never change: another version is another snapshot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use token_authz::{Permissions, Policy, Routes, scope};
use token_core::{
    BuiltIn, CaughtUp, Continuity, Head, Identity, KeySet, Role, RoleId, RoleSet, RouteRules, Rules, Seq, StoreError,
};
use token_jwt::KeyRing;

/// Most compiled role sets kept for one version of the policy.
const ROLE_SETS: usize = 4_096;

/// Everything calls need beside their token, as of one head of the log.
#[derive(Clone)]
pub(crate) struct Published {
    /// How far the log is applied.
    pub(crate) head: Head,
    pub(crate) keys: Arc<Keys>,
    pub(crate) policy: Arc<PolicyAt>,
}

impl Published {
    pub(crate) fn new(head: Head, rules: Rules) -> Result<Self, StoreError> {
        let Rules { roles, keys, routes } = rules;
        let policy = PolicyAt::new(head.seq, roles, Arc::new(Routes::new(routes)));
        Ok(Self { head, keys: Arc::new(Keys::new(head.seq, keys)?), policy: Arc::new(policy) })
    }

    /// What is to be published after a reading: what it brought that is new, and what it did not touch as it is. Texts
    /// stay verified while the keys are the same ones.
    pub(crate) fn after(&self, read: &mut CaughtUp) -> Result<Self, StoreError> {
        let Some(Rules { roles, keys, routes }) = read.rules.take() else { return Ok(self.at(read.head)) };
        let other = read.touches.everything || read.continuity != Continuity::Unbroken;
        let keys = if other || !read.touches.keys.is_empty() {
            Arc::new(Keys::new(read.head.seq, keys)?)
        } else {
            Arc::clone(&self.keys)
        };
        let policy = PolicyAt::new(read.head.seq, roles, self.policy.routes_or(routes));
        Ok(Self { head: read.head, keys, policy: Arc::new(policy) })
    }

    /// Stands for the head: two lives of a log have the same numbers, and not the same marks.
    pub(crate) fn mark(&self) -> u64 {
        let [start @ .., _, _, _, _, _, _, _, _] = self.head.epoch.0;
        u64::from_le_bytes(start).wrapping_add(self.head.seq.get())
    }

    /// The same keys and policy, later in the log.
    pub(crate) fn at(&self, head: Head) -> Self {
        Self { head, ..self.clone() }
    }
}

/// The keys that verify.
pub(crate) struct Keys {
    /// The event they were read at; another number, other keys perhaps.
    pub(crate) as_of: Seq,
    pub(crate) ring: KeyRing,
    pub(crate) identity: Option<Identity>,
}

impl Keys {
    fn new(as_of: Seq, set: KeySet) -> Result<Self, StoreError> {
        let ring = KeyRing::new(&set.keys, set.identity.as_ref()).map_err(|error| StoreError::Corrupt {
            table: "keys",
            id: "all".to_owned(),
            what: error.to_string(),
        })?;
        Ok(Self { as_of, ring, identity: set.identity })
    }
}

/// The roles, each set compiled once, and the route rules.
pub(crate) struct PolicyAt {
    /// The event they were read at; another number, other roles or route rules perhaps.
    pub(crate) as_of: Seq,
    pub(crate) routes: Arc<Routes>,
    policy: Policy,
    compiled: RoleSets<Permissions>,
    scopes: RoleSets<str>,
}

/// What is kept of sets of roles. Bounded.
type RoleSets<T> = Mutex<HashMap<RoleSet, Arc<T>>>;

impl PolicyAt {
    fn new(as_of: Seq, roles: Vec<Role>, routes: Arc<Routes>) -> Self {
        Self { as_of, routes, policy: Policy::new(roles), compiled: Mutex::default(), scopes: Mutex::default() }
    }

    /// These route rules, compiled; not again if they are the ones there are.
    fn routes_or(&self, rules: RouteRules) -> Arc<Routes> {
        if *self.routes.rules() == rules { Arc::clone(&self.routes) } else { Arc::new(Routes::new(rules)) }
    }

    /// What a token with these explicit roles may do.
    pub(crate) fn permissions(&self, roles: &RoleSet) -> Arc<Permissions> {
        once(&self.compiled, roles, || Arc::new(self.policy.holder(roles, BuiltIn::AllExternalApplications)))
    }

    /// The same as a list of patterns with blanks between them, as far as a list can say it.
    pub(crate) fn scope(&self, roles: &RoleSet) -> Arc<str> {
        once(&self.scopes, roles, || {
            let patterns = scope(self.policy.held(roles, BuiltIn::AllExternalApplications));
            patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").into()
        })
    }

    pub(crate) fn role(&self, id: RoleId) -> Option<&Role> {
        self.policy.role(id)
    }
}

/// What is kept of these roles, or is made and kept now.
fn once<T: ?Sized>(kept: &RoleSets<T>, roles: &RoleSet, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(ready) = kept.get(roles) {
        return Arc::clone(ready);
    }
    let ready = make();
    if ROLE_SETS <= kept.len() {
        kept.clear();
    }
    kept.insert(roles.clone(), Arc::clone(&ready));
    ready
}
