//! Admission: from a presented text to a caller, or to one refusal.

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use token_core::{
    GuardSource, Head, RefusedCalls, RefusedReason, Role, RoleId, StoreError, StoredToken, TokenId, UnixSeconds,
};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt, VerifiedClaims};

use crate::budget::{Budget, SIGNATURE_CHECKS_PER_SECOND};
use crate::snapshots::{Keys, PolicyAt};
use crate::tally::Tally;
use crate::{Caller, Presented, Refusal};

/// How often a call begins again because the log moved under it, before it is told to come back.
const ROUNDS: usize = 16;

/// When and from where a call came. The time is read once, after the head of the request has arrived.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The second of arrival.
    pub now: UnixSeconds,
    /// The client's address, if it is known.
    pub peer: Option<IpAddr>,
}

/// The one place where calls are admitted. Middleware, introspection and everything else ask here.
pub struct Guard {
    source: Arc<dyn GuardSource>,
    keys: ArcSwap<Keys>,
    policy: ArcSwap<PolicyAt>,
    max_token: usize,
    /// `None` where signature checks are not limited.
    budget: Option<Budget>,
    refused: Tally,
}

impl Guard {
    /// A guard over a source of tokens, with the keys and roles as they are now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the source does not answer.
    pub fn open(source: Arc<dyn GuardSource>) -> Result<Self, StoreError> {
        let keys = ArcSwap::from_pointee(Keys::load(source.as_ref())?);
        let policy = ArcSwap::from_pointee(PolicyAt::load(source.as_ref())?);
        let budget = Budget::new(SIGNATURE_CHECKS_PER_SECOND);
        Ok(Self { source, keys, policy, max_token: MAX_TOKEN, budget, refused: Tally::default() })
    }

    /// The same guard with another bound on the length of texts, in bytes.
    #[must_use]
    pub fn with_max_token(mut self, bytes: usize) -> Self {
        self.max_token = bytes;
        self
    }

    /// The same guard with another bound on the signature checks that texts not seen before may cost each address
    /// (IPv6: each /64) in one second of [`Arrival::now`]; 0 sets no bound. Texts whose signature was good before
    /// cost nothing. Behind a proxy [`Arrival::peer`] must be the client's address, else all clients share one budget.
    #[must_use]
    pub fn with_signature_checks(mut self, per_second: u32) -> Self {
        self.budget = Budget::new(per_second);
        self
    }

    /// Admits whatever a caller presents, or says why not. Blocks for one read of the source, after a good signature
    /// only.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit(&self, presented: &Presented, arrival: Arrival) -> Result<Caller, Refusal> {
        let refusal = match presented {
            Presented::Bearer(text) => return self.admit_text(text, arrival),
            Presented::Nothing | Presented::OtherScheme => Refusal::NoCredentials,
            Presented::Several => Refusal::SeveralCredentials,
            Presented::Malformed => Refusal::Invalid,
        };
        self.refused.count(&refusal, None);
        Err(refusal)
    }

    /// Counts a call of an admitted caller that was refused for a permission; `None` for one that came without a token,
    /// e.g. of a signed-in person. Calls that [`Guard::admit`] refuses
    /// are counted there.
    pub fn count_forbidden(&self, token: Option<TokenId>) {
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

    /// Admits the text of a token.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit_text(&self, text: &str, arrival: Arrival) -> Result<Caller, Refusal> {
        let mut token = None;
        let admitted = self.verify(text, arrival).and_then(|claims| {
            token = Some(claims.sub());
            self.judge_verified(&claims, arrival)
        });
        if let Err(refusal) = &admitted {
            self.refused.count(refusal, token);
        }
        admitted
    }

    fn verify(&self, text: &str, arrival: Arrival) -> Result<VerifiedClaims, Refusal> {
        let jwt = UnverifiedJwt::parse(text, self.max_token).map_err(|_| Refusal::Invalid)?;
        let keys = self.keys.load();
        let unseen = self.budget.as_ref().filter(|budget| !budget.has_seen(text));
        if let Some(budget) = unseen
            && keys.ring.checks(&jwt)
            && !budget.take(arrival.peer, arrival.now)
        {
            return Err(Refusal::TooManyChecks);
        }
        let claims = keys.ring.verify(&jwt).map_err(|error| {
            tracing::debug!(reason = %error, "refused a text before its signature was good");
            Refusal::Invalid
        })?;
        if let Some(budget) = unseen {
            budget.saw_good(text);
        }
        Ok(claims)
    }

    fn judge_verified(&self, claims: &VerifiedClaims, arrival: Arrival) -> Result<Caller, Refusal> {
        for _ in 0..ROUNDS {
            if let Some(outcome) = self.round(claims, arrival)? {
                return outcome;
            }
        }
        Err(Refusal::Unavailable(StoreError::Busy))
    }

    /// One attempt to see token, keys and policy as of one head; `None` when the log moved in between.
    fn round(&self, claims: &VerifiedClaims, arrival: Arrival) -> Result<Option<Result<Caller, Refusal>>, Refusal> {
        let read = self.source.token(claims.sub()).map_err(Refusal::Unavailable)?;
        if self.keys.load().head != read.head {
            self.keys.store(Arc::new(Keys::load(self.source.as_ref()).map_err(Refusal::Unavailable)?));
        }
        if self.policy.load().head != read.head {
            self.policy.store(Arc::new(PolicyAt::load(self.source.as_ref()).map_err(Refusal::Unavailable)?));
        }
        let (keys, policy) = (self.keys.load(), self.policy.load());
        if keys.head != read.head || policy.head != read.head {
            return Ok(None);
        }
        let admitted = judge(claims, read.value.as_ref(), &keys, &policy, arrival);
        if let (Ok(caller), Some(stored)) = (&admitted, &read.value) {
            self.tell_first_use(caller, stored)?;
        }
        Ok(Some(admitted))
    }

    /// The first admitted call with a text ends older ones that wait for it, before it is answered.
    fn tell_first_use(&self, caller: &Caller, stored: &StoredToken) -> Result<(), Refusal> {
        let used = caller.credential();
        if stored.grant().credentials.ended_by_use(used).next().is_none() {
            return Ok(());
        }
        self.source.tell_first_use(caller.id(), used).map_err(Refusal::Unavailable)
    }

    /// Learns of new and withdrawn keys now, rather than at the next good signature, and says how far it knows the
    /// log. Costs one small read.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was known stays.
    pub fn refresh(&self) -> Result<Head, StoreError> {
        if self.source.head()? != self.keys.load().head {
            self.keys.store(Arc::new(Keys::load(self.source.as_ref())?));
        }
        Ok(self.keys.load().head)
    }

    /// Looks at the keys that verify now, e.g. to publish them.
    pub fn with_keys<T>(&self, look: impl FnOnce(&KeyRing) -> T) -> T {
        look(&self.keys.load().ring)
    }

    /// The roles that exist, of these; as of the last call.
    #[must_use]
    pub fn roles(&self, ids: impl IntoIterator<Item = RoleId>) -> Vec<Role> {
        let policy = self.policy.load();
        ids.into_iter().filter_map(|id| policy.role(id).cloned()).collect()
    }
}

/// The one function that says whether a text with a good signature may pass. Everything it looks at is of one head.
fn judge(
    claims: &VerifiedClaims,
    stored: Option<&StoredToken>,
    keys: &Keys,
    policy: &PolicyAt,
    arrival: Arrival,
) -> Result<Caller, Refusal> {
    let (Some(stored), Some(identity)) = (stored, &keys.identity) else { return Err(Refusal::Invalid) };
    let grant = stored.grant();
    let credential = grant.credentials.find(claims.jti()).ok_or(Refusal::Invalid)?;
    // A key that was withdrawn meanwhile, or a text that is not, byte for byte, the one we issued.
    if !keys.ring.holds(claims.key()) || !claims.is_exactly(identity, grant.id, credential) {
        return Err(Refusal::Invalid);
    }
    match stored {
        StoredToken::Revoked(_) => Err(Refusal::Revoked),
        StoredToken::Unrevoked(token) => {
            let active = token.admit(claims.jti(), arrival.now, arrival.peer)?;
            Ok(Caller::new(&active, policy.permissions(&active.grant().roles)))
        }
    }
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Guard").field("keys_as_of", &self.keys.load().head.seq).finish_non_exhaustive()
    }
}
