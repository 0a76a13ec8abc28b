//! The one judgement on texts of ours, for whatever purpose it is asked.

use std::net::IpAddr;
use std::sync::Arc;

use token_core::{ActiveToken, CredentialId, StoredToken};
use token_jwt::VerifiedClaims;

use crate::known::{Known, KnownToken};
use crate::snapshots::Published;
use crate::verified::Seen;
use crate::{Arrival, Caller, Guard, Refusal};

/// Why a text is judged: since a call presents it, or since somebody asks about it.
pub(crate) trait Purpose {
    /// What a text that passes comes to.
    type Good;
    /// Whether the text is used: then the call counts, and may end older texts.
    const USES: bool;

    /// What this text comes to, which passes.
    fn good(active: &ActiveToken<'_>, token: &Arc<KnownToken>, published: &Arc<Published>) -> Self::Good;

    /// Out of whose budget a check of the signature is paid.
    fn payer(&self, arrival: Arrival) -> Option<IpAddr>;
}

/// A call presents the text.
pub(crate) struct Call;

impl Purpose for Call {
    type Good = Caller;
    const USES: bool = true;

    fn good(active: &ActiveToken<'_>, token: &Arc<KnownToken>, published: &Arc<Published>) -> Caller {
        Caller::new(active, token, token.compiled(&published.policy))
    }

    fn payer(&self, arrival: Arrival) -> Option<IpAddr> {
        arrival.peer
    }
}

/// What a look at what is kept has come to.
pub(crate) struct Sight<P: Purpose> {
    pub(crate) mark: u64,
    pub(crate) seen: Seen,
    pub(crate) known: Known,
    pub(crate) judged: Result<P::Good, Refusal>,
}

impl Guard {
    /// One look at what is kept of the text; `None` where that does not do. Whether it holds is looked at
    /// last, after everything else. Counts nothing.
    pub(crate) fn sight<P: Purpose>(&self, text: &str, arrival: Arrival) -> Option<Sight<P>> {
        if self.max_token < text.len() {
            return None;
        }
        let published = self.memory.published();
        let seen = self.verified.get(text, published.keys.as_of)?;
        let known = self.memory.token(seen.token)?;
        if published.head.seq < known.as_of() {
            return None;
        }
        let judged = judge::<P>(&known, seen.jti, &published, arrival)?;
        if !self.memory.holds(&published, self.boot.now()) {
            return None;
        }
        Some(Sight { mark: published.mark(), seen, known, judged })
    }
}

/// Whether the text is, byte for byte, the one we issued, under a key that is still good.
pub(crate) fn is_exact(claims: &VerifiedClaims, known: &Known, published: &Published) -> bool {
    let (Known::Token(token), Some(identity)) = (known, &published.keys.identity) else { return false };
    let grant = token.stored.grant();
    let issued = grant.credentials.find(claims.jti());
    published.keys.ring.holds(claims.key())
        && issued.is_some_and(|credential| claims.is_exactly(identity, grant.id, credential))
}

/// The one function that says whether a text of ours may pass. Everything it looks at is of one head. `None` where the
/// call would end older texts, which has to be written first.
pub(crate) fn judge<P: Purpose>(
    known: &Known,
    jti: CredentialId,
    published: &Arc<Published>,
    arrival: Arrival,
) -> Option<Result<P::Good, Refusal>> {
    let Known::Token(token) = known else { return Some(Err(Refusal::Invalid)) };
    let StoredToken::Unrevoked(unrevoked) = &token.stored else { return Some(Err(Refusal::Revoked)) };
    match unrevoked.admit(jti, arrival.now, arrival.peer) {
        Err(inactive) => Some(Err(inactive.into())),
        Ok(active) if P::USES && active.grant().credentials.ended_by_use(jti).next().is_some() => None,
        Ok(active) => Some(Ok(P::good(&active, token, published))),
    }
}
