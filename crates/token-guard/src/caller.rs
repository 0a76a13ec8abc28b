//! Whoever the guard admitted for one request.

use std::collections::BTreeSet;
use std::sync::Arc;

use token_authz::{Decision, Permissions};
use token_core::{ActiveToken, Actor, CredentialId, Permission, RoleId, TokenId, TokenName, UnixSeconds};

use crate::Refusal;
use crate::known::{Compiled, KnownToken};

/// An admitted caller. Made by [`crate::Guard::admit`] alone, from a proof that its token was active.
#[derive(Clone, Debug)]
pub struct Caller {
    token: Arc<KnownToken>,
    credential: CredentialId,
    expires_at: Option<UnixSeconds>,
    compiled: Arc<Compiled>,
}

impl Caller {
    pub(crate) fn new(active: &ActiveToken<'_>, token: &Arc<KnownToken>, compiled: Arc<Compiled>) -> Self {
        let credential = active.credential();
        let earlier = match (active.grant().expires_at, credential.expires_at) {
            (Some(token), Some(text)) => Some(token.min(text)),
            (one, other) => one.or(other),
        };
        Self { token: Arc::clone(token), credential: credential.id, expires_at: earlier, compiled }
    }

    /// Which token.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.token.stored.grant().id
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &TokenName {
        &self.token.stored.grant().name
    }

    /// Which of its JWTs was presented.
    #[must_use]
    pub fn credential(&self) -> CredentialId {
        self.credential
    }

    /// The earlier of token's and text's end.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.expires_at
    }

    /// Its explicit roles; the implicit one is not listed.
    #[must_use]
    pub fn roles(&self) -> &BTreeSet<RoleId> {
        &self.token.stored.grant().roles
    }

    /// What its roles together allow.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.compiled.permissions
    }

    /// Whether it may do something, and which role and rule say so.
    pub fn decide(&self, permission: &Permission) -> Decision {
        self.compiled.permissions.decide(permission)
    }

    /// Refuses callers without `permission`.
    ///
    /// # Errors
    ///
    /// [`Refusal::Missing`], which names it.
    pub fn require(&self, permission: &Permission) -> Result<(), Refusal> {
        if self.decide(permission).is_allowed() { Ok(()) } else { Err(Refusal::Missing(permission.clone())) }
    }

    /// Counts that this call lacked a permission.
    #[cfg(feature = "actix")]
    pub(crate) fn count_forbidden(&self) {
        self.token.usage.forbidden();
    }

    /// How events name it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Token { id: self.id(), name: self.name().clone() }
    }
}
