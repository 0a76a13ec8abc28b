//! Whoever the guard admitted for one request.
use std::sync::Arc;

use token_authz::{Decision, Permissions};
use token_core::{ActiveToken, Actor, CredentialId, Permission, RoleSet, TokenId, TokenName, UnixSeconds};

use crate::front::{GuardNumber, Judged};
use crate::known::{Compiled, KnownToken};
use crate::usage::Cell;
use crate::{Arrival, Refusal};

/// An admitted caller. Made by [`crate::Guard::admit`] alone, from a proof that its token was active.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Admitted>);

/// What every call looks at stands together, in front.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Admitted {
    /// Calls of one thread, if that keeps it. What is left is handed over at its end.
    pub(crate) counted: Cell,
    judged: Judged,
    permissions: Arc<Permissions>,
    token: Arc<KnownToken>,
    compiled: Arc<Compiled>,
    credential: CredentialId,
    expires_at: Option<UnixSeconds>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if self.judged.guard != GuardNumber::default() {
            self.token.usage.take_over(&self.counted);
        }
    }
}

impl Caller {
    pub(crate) fn new(active: &ActiveToken<'_>, token: &Arc<KnownToken>, compiled: Arc<Compiled>) -> Self {
        let credential = active.credential();
        let expires_at = active.grant().expires_at.into_iter().chain(credential.expires_at).min();
        Self(Arc::new(Admitted {
            counted: Cell::default(),
            judged: Judged::default(),
            permissions: Arc::clone(&compiled.permissions),
            token: Arc::clone(token),
            compiled,
            credential: credential.id,
            expires_at,
        }))
    }

    /// Which token.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.0.token.stored.grant().id
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &TokenName {
        &self.0.token.stored.grant().name
    }

    /// Which of its JWTs was presented.
    #[must_use]
    pub fn credential(&self) -> CredentialId {
        self.0.credential
    }

    /// The earlier of token's and text's end.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.0.expires_at
    }

    /// Its explicit roles; the implicit one is not listed.
    #[must_use]
    pub fn roles(&self) -> &RoleSet {
        &self.0.token.stored.grant().roles
    }

    /// What its roles together allow.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    /// Whether it may do something, and which role and rule say so.
    pub fn decide(&self, permission: &Permission) -> Decision {
        self.0.permissions.decide(permission)
    }

    /// Refuses callers without `permission`.
    ///
    /// # Errors
    ///
    /// [`Refusal::Missing`], which names it.
    pub fn require(&self, permission: &Permission) -> Result<(), Refusal> {
        if self.decide(permission).is_allowed() { Ok(()) } else { Err(Refusal::Missing(permission.clone())) }
    }

    /// What its roles come to, by one version of the policy.
    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    /// The second from which on the same text may come to something else though nothing was changed; beyond all seconds if
    /// there is none. `None` where it depends on more than the time.
    pub(crate) fn judged_until(&self) -> Option<i64> {
        let grant = self.0.token.stored.grant();
        let ends_at = grant.ends_at(grant.credentials.find(self.0.credential)?);
        grant.allowed_networks.is_none().then_some(ends_at.map_or(i64::MAX, UnixSeconds::get))
    }

    /// The same caller for one thread to keep, which counts its calls with it.
    pub(crate) fn kept(&self, judged: Judged) -> Self {
        let Admitted { permissions, token, compiled, credential, expires_at, .. } = self.0.as_ref();
        let kept = Arc::new(Admitted {
            counted: Cell::default(),
            judged,
            permissions: Arc::clone(permissions),
            token: Arc::clone(token),
            compiled: Arc::clone(compiled),
            credential: *credential,
            expires_at: *expires_at,
        });
        token.usage.also_count(Arc::downgrade(&kept));
        Self(kept)
    }

    /// By what it was judged, if a thread keeps it.
    pub(crate) fn judged(&self) -> Judged {
        self.0.judged
    }

    /// Counts an admitted call of the thread that keeps it.
    pub(crate) fn count(&self, arrival: Arrival) {
        self.0.counted.count_alone(|| &self.0.token.usage, arrival);
    }

    /// Counts that this call lacked a permission.
    pub(crate) fn count_forbidden(&self) {
        self.0.token.usage.forbidden();
    }

    /// How events name it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Token { id: self.id(), name: self.name().clone() }
    }
}
