//! Keys and policy as of one head of the log. A snapshot serves a call only if nothing has happened since.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use token_authz::{Permissions, Policy};
use token_core::{BuiltIn, GuardSource, Head, Identity, Role, RoleId, StoreError};
use token_jwt::KeyRing;

/// Most compiled role sets kept for one version of the policy.
const ROLE_SETS: usize = 4_096;

/// The keys that verify.
pub(crate) struct Keys {
    pub(crate) head: Head,
    pub(crate) ring: KeyRing,
    pub(crate) identity: Option<Identity>,
}

impl Keys {
    pub(crate) fn load(source: &dyn GuardSource) -> Result<Self, StoreError> {
        let read = source.keys()?;
        let ring = KeyRing::new(&read.value.keys, read.value.identity.as_ref())
            .map_err(|error| StoreError::Corrupt { table: "keys", id: "all".to_owned(), what: error.to_string() })?;
        Ok(Self { head: read.head, ring, identity: read.value.identity })
    }
}

/// The roles, each set compiled once.
pub(crate) struct PolicyAt {
    pub(crate) head: Head,
    policy: Policy,
    compiled: Mutex<HashMap<BTreeSet<RoleId>, Arc<Permissions>>>,
}

impl PolicyAt {
    pub(crate) fn load(source: &dyn GuardSource) -> Result<Self, StoreError> {
        let read = source.policy()?;
        Ok(Self { head: read.head, policy: Policy::new(read.value), compiled: Mutex::default() })
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
