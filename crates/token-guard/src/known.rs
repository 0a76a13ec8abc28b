//! What is known of one token, without asking: facts, never decisions.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use token_authz::Permissions;
use token_core::{Seq, StoredToken};

use crate::snapshots::PolicyAt;
use crate::usage::{Counters, Usage};
use crate::{Arrival, Refusal};

/// What the source said of an id that a good signature named.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// Nothing, and it never will: ids do not return.
    Gone(Seq),
    /// This token.
    Token(Arc<KnownToken>),
}

impl Known {
    /// Calls of a token are counted in `usage`.
    pub(crate) fn new(as_of: Seq, stored: Option<StoredToken>, usage: &Usage) -> Self {
        match stored {
            None => Self::Gone(as_of),
            Some(stored) => {
                let usage = usage.of(stored.grant().id);
                Self::Token(Arc::new(KnownToken { as_of, stored, compiled: ArcSwapOption::empty(), usage }))
            }
        }
    }

    /// Counts a call by what became of it.
    pub(crate) fn count(&self, refusal: Option<&Refusal>, arrival: Arrival) {
        if let Self::Token(token) = self {
            token.usage.count(refusal, arrival);
        }
    }

    /// The head of the log it was read with. It counts only for those who have applied that much.
    pub(crate) fn as_of(&self) -> Seq {
        match self {
            Self::Gone(as_of) => *as_of,
            Self::Token(token) => token.as_of,
        }
    }
}

/// A token as it was read.
#[derive(Debug)]
pub(crate) struct KnownToken {
    as_of: Seq,
    pub(crate) stored: StoredToken,
    /// What its roles come to, by the policy it was last asked under.
    compiled: ArcSwapOption<Compiled>,
    /// What became of its calls.
    pub(crate) usage: Arc<Counters>,
}

/// What the roles of one token come to.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The version of the policy.
    pub(crate) policy: Seq,
    pub(crate) permissions: Arc<Permissions>,
    /// What a gateway is told of the token, once one asked.
    #[cfg(feature = "actix")]
    pub(crate) told: std::sync::OnceLock<Box<crate::Told>>,
    /// The permissions as a list of patterns, once somebody asked.
    scope: OnceLock<Arc<str>>,
}

impl Compiled {
    /// The permissions as a list of patterns, which `make` finds out once.
    pub(crate) fn scope(&self, make: impl FnOnce() -> Arc<str>) -> &str {
        self.scope.get_or_init(make)
    }
}

impl KnownToken {
    /// What it may do under this policy.
    pub(crate) fn compiled(&self, policy: &PolicyAt) -> Arc<Compiled> {
        if let Some(ready) = self.compiled.load().as_ref().filter(|ready| ready.policy == policy.as_of) {
            return Arc::clone(ready);
        }
        let permissions = policy.permissions(&self.stored.grant().roles);
        let compiled = Arc::new(Compiled {
            policy: policy.as_of,
            permissions,
            #[cfg(feature = "actix")]
            told: std::sync::OnceLock::new(),
            scope: OnceLock::new(),
        });
        self.compiled.store(Some(Arc::clone(&compiled)));
        compiled
    }
}
