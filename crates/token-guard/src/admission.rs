//! Admission: from a presented text to a caller, or to one refusal.

use std::net::IpAddr;
use std::sync::Arc;

use token_core::{CredentialId, Seq, StoreError, TokenId, UnixSeconds};
use token_jwt::{UnverifiedJwt, VerifiedClaims};

use crate::judgement::{Call, Purpose, Sight, is_exact, judge};
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
pub enum Warm<'a> {
    /// This.
    Decided(Result<Caller, Refusal>),
    /// Something has to be read or checked that may take long: ask [`Guard::admit_text`] about this text, where it is
    /// allowed to block.
    Cold(&'a str),
}

impl Guard {
    /// Answers what can be answered from memory: a text that was good before, of a token that is known, while the guard is
    /// fresh; and whatever is no token. Neither blocks nor waits.
    pub fn admit_warm<'a>(&self, presented: &Presented<'a>, arrival: Arrival) -> Warm<'a> {
        match presented {
            Presented::Bearer(text) => match self.warm(text, arrival) {
                Some(Ok(caller)) => Warm::Decided(Ok(caller)),
                Some(Err((refusal, token))) => {
                    self.refused.count(&refusal, token);
                    Warm::Decided(Err(refusal))
                }
                None => Warm::Cold(text),
            },
            _ => Warm::Decided(self.admit(presented, arrival)),
        }
    }

    /// One attempt over what is kept; `None` where that does not do.
    fn warm(&self, text: &str, arrival: Arrival) -> Option<Result<Caller, (Refusal, Option<TokenId>)>> {
        let place = self.places.place(text.as_bytes());
        if let Some(caller) = self.again(place, text, arrival) {
            stop!("guard.checked");
            return Some(Ok(caller));
        }
        let Sight { mark, seen, known, judged } = self.sight::<Call>(text, arrival)?;
        known.count(judged.as_ref().err(), arrival);
        stop!("guard.checked");
        let token = seen.token;
        if let Ok(caller) = &judged {
            self.keep(place, mark, text, caller);
        }
        Some(judged.map_err(|refusal| (refusal, Some(token))))
    }

    /// Admits whatever a caller presents, or says why not. May block, for what [`Guard::admit_warm`] does not know; after a
    /// good signature only.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit(&self, presented: &Presented<'_>, arrival: Arrival) -> Result<Caller, Refusal> {
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
        let admitted = self.cold(text, &Call, arrival, &mut token);
        if let Err(refusal) = &admitted {
            self.refused.count(refusal, token.map(|(token, _)| token));
        }
        admitted
    }

    /// Reads and checks whatever it takes to judge a text; `named` is which text of which token it is, once a good signature
    /// says so.
    pub(crate) fn cold<P: Purpose>(
        &self,
        text: &str,
        purpose: &P,
        arrival: Arrival,
        named: &mut Option<(TokenId, CredentialId)>,
    ) -> Result<P::Good, Refusal> {
        let payer = purpose.payer(arrival);
        let mut claims: Option<(VerifiedClaims, Seq)> = None;
        for _ in 0..ROUNDS {
            let published = Arc::clone(&self.memory.published());
            let keys = &published.keys;
            let verified = match claims.take().filter(|(_, as_of)| *as_of == keys.as_of) {
                Some(verified) => verified,
                None => match self.verify(text, &published, payer, arrival.now) {
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
            *named = Some((verified.sub(), verified.jti()));
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
                judge::<P>(&known, verified.jti(), &published, arrival)
            } else {
                Some(Err(Refusal::Invalid))
            };
            // Everything was looked at; now whether it may be believed.
            if !self.memory.holds(&published, self.boot.now()) {
                continue;
            }
            match judged {
                Some(judged) => {
                    if P::USES {
                        known.count(judged.as_ref().err(), arrival);
                    }
                    return judged;
                }
                None => self.tell_first_use(verified)?,
            }
        }
        Err(Refusal::Unavailable(StoreError::Busy))
    }

    /// The signature, and that the text is one of ours. Asks nobody.
    fn verify(
        &self,
        text: &str,
        published: &Published,
        payer: Option<IpAddr>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, Unverified> {
        let ring = &published.keys.ring;
        let invalid = Unverified::Refused(Refusal::Invalid);
        let Ok(jwt) = UnverifiedJwt::parse(text, self.max_token) else { return Err(invalid) };
        if !ring.checks(&jwt) {
            return Err(Unverified::UnknownKey);
        }
        let unseen = self.budget.as_ref().filter(|budget| !budget.has_seen(text));
        if let Some(budget) = unseen
            && !budget.take(payer, now)
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
