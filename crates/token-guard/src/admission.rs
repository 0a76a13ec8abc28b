//! Admission: from a presented text to a caller, or to one refusal.

use std::net::IpAddr;
use std::sync::Arc;

use token_core::{CredentialId, Seq, StoreError, StoredToken, TokenId, UnixSeconds};
use token_jwt::{UnverifiedJwt, VerifiedClaims};

use crate::known::Known;
use crate::snapshots::Published;
use crate::stops::stop;
use crate::{Caller, Guard, Presented, Refusal};

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

    /// One attempt over what is kept; `None` where that does not do. Whether it holds is looked at last, after everything else.
    fn warm(&self, text: &str, arrival: Arrival) -> Option<Result<Caller, (Refusal, Option<TokenId>)>> {
        let published = self.memory.published();
        let seen = self.verified.get(text, published.keys.as_of)?;
        let known = self.memory.token(seen.token)?;
        if published.head.seq < known.as_of() {
            return None;
        }
        let judged = judge(&known, seen.jti, &published, arrival)?;
        if !self.memory.holds(&published, self.boot.now()) {
            return None;
        }
        known.count(judged.as_ref().err(), arrival);
        stop!("guard.checked");
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
            let judged = if is_exact(verified, &known, &published) {
                self.verified.keep(text, verified, keys.as_of);
                judge(&known, verified.jti(), &published, arrival)
            } else {
                Some(Err(Refusal::Invalid))
            };
            // Everything was looked at; now whether it may be believed.
            if !self.memory.holds(&published, self.boot.now()) {
                continue;
            }
            match judged {
                Some(judged) => {
                    known.count(judged.as_ref().err(), arrival);
                    return judged;
                }
                None => self.tell_first_use(verified)?,
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

    /// The first admitted call with a text ends older ones that wait for it, on every node, before it is answered.
    fn tell_first_use(&self, claims: &VerifiedClaims) -> Result<(), Refusal> {
        let seq = self.source.tell_first_use(claims.sub(), claims.jti()).map_err(Refusal::Unavailable)?;
        self.look().map_err(Refusal::Unavailable)?;
        if let Some(everywhere) = self.everywhere.get() {
            let _ = everywhere.wait(seq);
        }
        Ok(())
    }
}

/// Whether the text is, byte for byte, the one we issued, under a key that is still good.
fn is_exact(claims: &VerifiedClaims, known: &Known, published: &Published) -> bool {
    let (Known::Token(token), Some(identity)) = (known, &published.keys.identity) else { return false };
    let grant = token.stored.grant();
    let issued = grant.credentials.find(claims.jti());
    published.keys.ring.holds(claims.key())
        && issued.is_some_and(|credential| claims.is_exactly(identity, grant.id, credential))
}

/// The one function that says whether a text of ours may pass. Everything it looks at is of one head. `None` where the
/// call would end older texts, which has to be written first.
fn judge(known: &Known, jti: CredentialId, published: &Published, arrival: Arrival) -> Option<Result<Caller, Refusal>> {
    let Known::Token(token) = known else { return Some(Err(Refusal::Invalid)) };
    let StoredToken::Unrevoked(unrevoked) = &token.stored else { return Some(Err(Refusal::Revoked)) };
    match unrevoked.admit(jti, arrival.now, arrival.peer) {
        Err(inactive) => Some(Err(inactive.into())),
        Ok(active) if active.grant().credentials.ended_by_use(jti).next().is_some() => None,
        Ok(active) => Some(Ok(Caller::new(&active, token, token.compiled(&published.policy)))),
    }
}
