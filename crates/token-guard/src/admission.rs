//! Admission: from a presented text to a caller, or to one refusal.

use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use token_core::{
    Boot, BootClock, GuardSource, NodeId, RefusedCalls, RefusedReason, Role, RoleId, Seq, StoreError, StoredToken,
    TokenId, UnixSeconds,
};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt, VerifiedClaims};

use crate::budget::{Budget, SIGNATURE_CHECKS_PER_SECOND};
use crate::follower::Follower;
use crate::known::Known;
use crate::memory::Memory;
use crate::rounds::{Rounds, links};
use crate::snapshots::Published;
use crate::tally::Tally;
use crate::turn::Turn;
use crate::verified::Verified;
use crate::{Caller, Everywhere, OwnNode, Presented, Refusal, SystemBoot};

/// How often a call begins again because the log moved under it, before it is told to come back.
const ROUNDS: usize = 16;

/// How long a call waits for a guard that is not fresh.
const PATIENCE: Duration = Duration::from_millis(200);

/// Tokens and texts that are kept, where nobody says otherwise.
pub const CACHED_TOKENS: usize = 100_000;

/// When and from where a call came. The time is read once, after the head of the request has arrived.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The second of arrival.
    pub now: UnixSeconds,
    /// The client's address, if it is known.
    pub peer: Option<IpAddr>,
}

/// How a guard follows the log.
#[derive(Clone)]
pub struct Follow {
    /// How the cluster knows it.
    pub node: NodeId,
    /// How long it goes by what it has read; what all nodes agreed on, and nobody lengthens.
    pub lease: Duration,
    /// What the lease is measured with.
    pub boot: Arc<dyn BootClock>,
    /// How many tokens, and how many texts, it keeps at most.
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
    source: Arc<dyn GuardSource>,
    pub(crate) memory: Memory,
    verified: Verified,
    /// An instant of `boot`; from it on nothing that is kept may be believed.
    pub(crate) fresh_until: AtomicU64,
    pub(crate) rounds: Turn<Rounds>,
    pub(crate) node: NodeId,
    pub(crate) lease: Duration,
    pub(crate) boot: Arc<dyn BootClock>,
    everywhere: OnceLock<Arc<Everywhere>>,
    max_token: usize,
    /// `None` where signature checks are not limited.
    budget: Option<Budget>,
    refused: Tally,
}

/// Why a text has no good signature.
enum Unverified {
    /// It names no key that is known here.
    UnknownKey,
    /// This is certain.
    Refused(Refusal),
}

/// What a call comes to without asking anybody.
#[derive(Debug)]
pub enum Warm {
    /// This.
    Decided(Result<Caller, Refusal>),
    /// Something has to be read or checked that may take long: ask [`Guard::admit`], where it is allowed to block.
    Cold,
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
            rounds: Turn::new(Rounds::new(follower, links(&source))),
            source,
            memory,
            verified: Verified::new(follow.cached_tokens),
            fresh_until: AtomicU64::new(Boot::ZERO.get()),
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

    /// The same guard with another bound on the signature checks that texts not seen before may cost each address
    /// (IPv6: each /64) in one second of [`Arrival::now`]; 0 sets no bound. Texts whose signature was good before
    /// cost nothing. Behind a proxy [`Arrival::peer`] must be the client's address, else all clients share one budget.
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

    /// Answers what can be answered from memory: a text that was good before, of a token that is known, while the guard is
    /// fresh; and whatever is no token. Neither blocks nor waits.
    pub fn admit_warm(&self, presented: &Presented, arrival: Arrival) -> Warm {
        match presented {
            Presented::Bearer(text) => match self.warm(text, arrival) {
                Some(Ok(caller)) => Warm::Decided(Ok(caller)),
                Some(Err((refusal, token))) => {
                    self.refused.count(&refusal, token);
                    Warm::Decided(Err(refusal))
                }
                None => Warm::Cold,
            },
            _ => Warm::Decided(self.admit(presented, arrival)),
        }
    }

    /// One attempt over what is kept; `None` where that does not do. Freshness is looked at last, after everything else.
    fn warm(&self, text: &str, arrival: Arrival) -> Option<Result<Caller, (Refusal, Option<TokenId>)>> {
        let published = self.memory.published();
        let seen = self.verified.get(text, published.keys.as_of)?;
        let known = self.memory.token(seen.token)?;
        if published.head.seq < known.as_of() {
            return None;
        }
        let judged = match &known {
            Known::Gone(_) => Err(Refusal::Invalid),
            Known::Token(token) => match &token.stored {
                StoredToken::Revoked(_) => Err(Refusal::Revoked),
                StoredToken::Unrevoked(unrevoked) => match unrevoked.admit(seen.jti, arrival.now, arrival.peer) {
                    Err(inactive) => Err(inactive.into()),
                    Ok(active) if active.grant().credentials.ended_by_use(seen.jti).next().is_some() => return None,
                    Ok(active) => Ok(Caller::new(&active, token, token.permissions(&published.policy))),
                },
            },
        };
        if !self.memory.is_still(&published) || !self.is_fresh() {
            return None;
        }
        Some(judged.map_err(|refusal| (refusal, Some(seen.token))))
    }

    /// Admits whatever a caller presents, or says why not. May block, for what [`Guard::admit_warm`] does not know; after a
    /// good signature only.
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

    /// Admits the text of a token. May block.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit_text(&self, text: &str, arrival: Arrival) -> Result<Caller, Refusal> {
        let mut token = None;
        let admitted = self.cold(text, arrival, &mut token);
        if let Err(refusal) = &admitted {
            self.refused.count(refusal, token);
        }
        admitted
    }

    fn cold(&self, text: &str, arrival: Arrival, whose: &mut Option<TokenId>) -> Result<Caller, Refusal> {
        let mut claims: Option<(VerifiedClaims, Seq)> = None;
        for _ in 0..ROUNDS {
            if let Some(warm) = self.warm(text, arrival) {
                return warm.map_err(|(refusal, token)| {
                    *whose = token;
                    refusal
                });
            }
            let published = Arc::clone(&self.memory.published());
            let keys = &published.keys;
            let verified = match claims.take().filter(|(_, as_of)| *as_of == keys.as_of) {
                Some(verified) => verified,
                None => match self.verify(text, &published, arrival) {
                    Ok(verified) => (verified, keys.as_of),
                    // A key that this node has not heard of may be a new one.
                    Err(Unverified::UnknownKey) if !self.is_fresh() => {
                        self.freshen()?;
                        continue;
                    }
                    Err(Unverified::UnknownKey) => return Err(Refusal::Invalid),
                    Err(Unverified::Refused(refusal)) => return Err(refusal),
                },
            };
            let (verified, _) = claims.insert(verified);
            *whose = Some(verified.sub());
            if !self.is_fresh() {
                self.freshen()?;
                continue;
            }
            let known = self.known(verified.sub())?;
            if published.head.seq < known.as_of() {
                // It was read with more of the log than is applied here.
                self.look().map_err(Refusal::Unavailable)?;
                continue;
            }
            let Some((token, credential)) = exact(verified, &known, &published) else {
                // Everything was looked at; now whether it may be believed.
                if self.memory.is_still(&published) && self.is_fresh() {
                    return Err(Refusal::Invalid);
                }
                continue;
            };
            self.verified.keep(text, verified, keys.as_of);
            if let StoredToken::Unrevoked(unrevoked) = &token.stored
                && token.stored.grant().credentials.ended_by_use(credential).next().is_some()
                && unrevoked.admit(credential, arrival.now, arrival.peer).is_ok()
            {
                self.tell_first_use(verified)?;
            }
        }
        Err(Refusal::Unavailable(StoreError::Busy))
    }

    /// The signature, and that the text is one of ours. Asks nobody.
    fn verify(&self, text: &str, published: &Published, arrival: Arrival) -> Result<VerifiedClaims, Unverified> {
        let ring = &published.keys.ring;
        let invalid = Unverified::Refused(Refusal::Invalid);
        let Ok(jwt) = UnverifiedJwt::parse(text, self.max_token) else { return Err(invalid) };
        if !ring.checks(&jwt) {
            return Err(Unverified::UnknownKey);
        }
        let unseen = self.budget.as_ref().filter(|budget| !budget.has_seen(text));
        if let Some(budget) = unseen
            && !budget.take(arrival.peer, arrival.now)
        {
            return Err(Unverified::Refused(Refusal::TooManyChecks));
        }
        let claims = ring.verify(&jwt).map_err(|error| {
            tracing::debug!(reason = %error, "refused a text before its signature was good");
            invalid
        })?;
        if let Some(budget) = unseen {
            budget.saw_good(text);
        }
        Ok(claims)
    }

    fn known(&self, id: TokenId) -> Result<Known, Refusal> {
        match self.memory.token(id) {
            Some(known) => Ok(known),
            None => self.memory.fill(id, || self.source.token(id)).map_err(Refusal::Unavailable),
        }
    }

    /// Becomes fresh, or says that it is not.
    fn freshen(&self) -> Result<(), Refusal> {
        match self.turn(PATIENCE, true) {
            Ok(_) => Ok(()),
            // Another thread did it meanwhile.
            Err(_) if self.is_fresh() => Ok(()),
            Err(error) => Err(Refusal::Stale(error)),
        }
    }

    /// The first admitted call with a text ends older ones that wait for it, on every node, before it is answered.
    fn tell_first_use(&self, claims: &VerifiedClaims) -> Result<(), Refusal> {
        let seq = self.source.tell_first_use(claims.sub(), claims.jti()).map_err(Refusal::Unavailable)?;
        self.look().map_err(Refusal::Unavailable)?;
        if let Some(everywhere) = self.everywhere.get() {
            let _ = everywhere.wait(seq);
        }
        Ok(())
    }

    /// Looks at the keys that verify now, e.g. to publish them.
    pub fn with_keys<T>(&self, look: impl FnOnce(&KeyRing) -> T) -> T {
        look(&self.memory.published().keys.ring)
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

/// The token and which of its texts, if the text is, byte for byte, the one we issued, under a key that is still good.
fn exact<'a>(
    claims: &VerifiedClaims,
    known: &'a Known,
    published: &Published,
) -> Option<(&'a crate::known::KnownToken, token_core::CredentialId)> {
    let (Known::Token(token), Some(identity)) = (known, &published.keys.identity) else { return None };
    let grant = token.stored.grant();
    let credential = grant.credentials.find(claims.jti())?;
    let exact = published.keys.ring.holds(claims.key()) && claims.is_exactly(identity, grant.id, credential);
    exact.then_some((token.as_ref(), credential.id))
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Guard").field("applied", &self.applied().seq).finish_non_exhaustive()
    }
}
