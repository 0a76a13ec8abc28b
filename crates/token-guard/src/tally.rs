//! What was refused since somebody last asked. Bounded: whoever is not told apart is counted as unknown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use token_core::{RefusedCalls, RefusedReason, TokenId};

use crate::Refusal;

/// Most lines: with one of unknown callers for each reason 70, which leaves 30 of a hundred to refused sign-ins.
const TOKENS: usize = 70 - RefusedReason::ALL.len();

/// Counts of refused calls by reason and token.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<(RefusedReason, Option<TokenId>), u64>>);

impl Tally {
    /// Counts a refusal; `token` is whose call it was, if a good signature tells. Not knowing is no refusal.
    pub(crate) fn count(&self, refusal: &Refusal, token: Option<TokenId>) {
        let reason = match refusal {
            Refusal::NoCredentials => RefusedReason::NoCredentials,
            Refusal::SeveralCredentials => RefusedReason::SeveralCredentials,
            Refusal::Invalid => RefusedReason::Invalid,
            Refusal::Expired => RefusedReason::Expired,
            Refusal::Revoked => RefusedReason::Revoked,
            Refusal::Superseded => RefusedReason::Superseded,
            Refusal::Address => RefusedReason::Address,
            Refusal::TooManyChecks => RefusedReason::TooManyChecks,
            Refusal::Missing(_) => RefusedReason::Permission,
            Refusal::Unavailable(_) | Refusal::Stale(_) => return,
        };
        self.add(&RefusedCalls { reason, token: token.filter(|_| reason != RefusedReason::Invalid), count: 1 });
    }

    pub(crate) fn add(&self, calls: &RefusedCalls) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counted.keys().filter(|(_, token)| token.is_some()).count();
        let key = (calls.reason, calls.token);
        let key = if TOKENS <= known && !counted.contains_key(&key) { (calls.reason, None) } else { key };
        let count = counted.entry(key).or_default();
        *count = count.saturating_add(calls.count);
    }

    /// Takes everything counted so far.
    pub(crate) fn take(&self) -> Vec<RefusedCalls> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        counted.into_iter().map(|((reason, token), count)| RefusedCalls { reason, token, count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use token_core::{Permission, StoreError};

    use super::*;

    fn token(number: u16) -> TokenId {
        format!("0192f3c1-7a52-7c11-8d4e-0242ac12{number:04x}").parse().unwrap()
    }

    #[test]
    fn calls_of_one_reason_and_token_are_one_line() {
        let tally = Tally::default();
        for _ in 0..3 {
            tally.count(&Refusal::Revoked, Some(token(1)));
        }
        tally.count(&Refusal::Missing(Permission::literal("a:b")), Some(token(1)));
        tally.count(&Refusal::NoCredentials, None);
        tally.count(&Refusal::Unavailable(StoreError::Busy), None);
        let lines: Vec<_> = tally.take().into_iter().map(|line| (line.reason, line.token, line.count)).collect();
        let expected = [
            (RefusedReason::NoCredentials, None, 1),
            (RefusedReason::Revoked, Some(token(1)), 3),
            (RefusedReason::Permission, Some(token(1)), 1),
        ];
        assert_eq!(lines, expected);
        assert_eq!(tally.take(), []);
    }

    #[test]
    fn a_stranger_cannot_make_more_than_seventy_lines() {
        let tally = Tally::default();
        for number in 0..1_000 {
            for refusal in [Refusal::Expired, Refusal::Revoked, Refusal::Invalid, Refusal::Address] {
                tally.count(&refusal, Some(token(number)));
            }
        }
        let lines = tally.take();
        assert!(lines.len() <= 70, "{}", lines.len());
        assert_eq!(lines.iter().map(|line| line.count).sum::<u64>(), 4_000, "none is lost");
    }
}
