//! Keys and policy as of one event of the log. Never change: another version is another snapshot.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use token_authz::{Permissions, Policy};
use token_core::{BuiltIn, Head, Identity, KeySet, Role, RoleId, Rules, Seq, StoreError};
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
        let Rules { roles, keys } = rules;
        let (keys, policy) = (Keys::new(head.seq, keys)?, PolicyAt::new(head.seq, roles));
        Ok(Self { head, keys: Arc::new(keys), policy: Arc::new(policy) })
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

/// The roles, each set compiled once.
pub(crate) struct PolicyAt {
    /// The event they were read at; another number, other roles perhaps.
    pub(crate) as_of: Seq,
    policy: Policy,
    compiled: Mutex<HashMap<BTreeSet<RoleId>, Arc<Permissions>>>,
}

impl PolicyAt {
    pub(crate) fn new(as_of: Seq, roles: Vec<Role>) -> Self {
        Self { as_of, policy: Policy::new(roles), compiled: Mutex::default() }
    }

    /// What a token with these explicit roles may do.
    pub(crate) fn permissions(&self, roles: &BTreeSet<RoleId>) -> Arc<Permissions> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = compiled.get(roles) {
            return Arc::clone(ready);
        }
        let ready = Arc::new(self.policy.holder(roles, BuiltIn::AllExternalApplications));
        if ROLE_SETS <= compiled.len() {
            compiled.clear();
        }
        compiled.insert(roles.clone(), Arc::clone(&ready));
        ready
    }

    pub(crate) fn role(&self, id: RoleId) -> Option<&Role> {
        self.policy.role(id)
    }
}
