//! Questions about a text that nobody uses (RFC 7662): whether a call with it would pass now, by the same judgement, out
//! of the same memory, and with the same freshness. A question is no call: it is not counted, and ends no older text.

use std::net::IpAddr;
use std::sync::Arc;

use token_core::{ActiveToken, CredentialId, Identity, Role, TokenId, TokenName, UnixSeconds};

use crate::judgement::Purpose;
use crate::known::{Compiled, KnownToken};
use crate::snapshots::Published;
use crate::{Arrival, Guard, Refusal};

/// A question about a text.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// When and from where the call would come that presents the text.
    pub call: Arrival,
    /// Who asks: a signature check is paid out of the budget of this address.
    pub asked_from: Option<IpAddr>,
}

/// What a text was found to be.
#[derive(Debug)]
pub struct Inspection {
    /// Which text of which token it is, if a good signature of ours says so. With [`Refusal::Invalid`] it says nothing: such
    /// a text may be signed with a stolen key.
    pub named: Option<(TokenId, CredentialId)>,
    /// Whether the call would pass.
    pub verdict: Result<Inspected, Refusal>,
}

/// A text with which a call would pass, and what its token may do, as of one head of the log.
#[derive(Clone)]
pub struct Inspected {
    token: Arc<KnownToken>,
    compiled: Arc<Compiled>,
    credential: CredentialId,
    issued_at: UnixSeconds,
    ends_at: Option<UnixSeconds>,
    published: Arc<Published>,
}

impl Guard {
    /// Answers what can be answered from memory; `None` where something has to be read or checked that may take long: ask
    /// [`Guard::inspect`], where it is allowed to block. Neither blocks nor waits.
    pub fn inspect_warm(&self, text: &str, question: Question) -> Option<Inspection> {
        let sight = self.sight::<Question>(text, question.call)?;
        Some(Inspection { named: Some((sight.seen.token, sight.seen.jti)), verdict: sight.judged })
    }

    /// Whether a call with this text would pass. May block, for what [`Guard::inspect_warm`] does not know; after a good
    /// signature only.
    pub fn inspect(&self, text: &str, question: Question) -> Inspection {
        let mut named = None;
        let verdict = self.cold(text, &question, question.call, &mut named);
        Inspection { named, verdict }
    }
}

impl Purpose for Question {
    type Good = Inspected;
    const USES: bool = false;

    fn good(active: &ActiveToken<'_>, token: &Arc<KnownToken>, published: &Arc<Published>) -> Inspected {
        let (grant, text) = (active.grant(), active.credential());
        Inspected {
            token: Arc::clone(token),
            compiled: token.compiled(&published.policy),
            credential: text.id,
            issued_at: text.issued_at,
            ends_at: grant.ends_at(text),
            published: Arc::clone(published),
        }
    }

    fn payer(&self, _: Arrival) -> Option<IpAddr> {
        self.asked_from
    }
}

impl Inspected {
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

    /// Which of its texts.
    #[must_use]
    pub fn credential(&self) -> CredentialId {
        self.credential
    }

    /// When the text was issued.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// The second from which on the text is refused, as far as is known: the earliest end of token and text, that of a
    /// replaced text included.
    #[must_use]
    pub fn ends_at(&self) -> Option<UnixSeconds> {
        self.ends_at
    }

    /// Issuer and audience; every text that passes has them.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.published.keys.identity.as_ref()
    }

    /// Its explicit roles.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.token.stored.grant().roles.iter().filter_map(|id| self.published.policy.role(*id))
    }

    /// Patterns of permissions that it surely holds, with blanks between them; see [`token_authz::scope()`].
    #[must_use]
    pub fn scope(&self) -> &str {
        self.compiled.scope(|| self.published.policy.scope(&self.token.stored.grant().roles))
    }
}

impl core::fmt::Debug for Inspected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inspected")
            .field("id", &self.id())
            .field("credential", &self.credential())
            .finish_non_exhaustive()
    }
}
