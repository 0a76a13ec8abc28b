//! Calls counted by token, on the way of every call: one addition, and no lock unless an address is new.
//!
//! The numbers of a token outlive what is kept of it in the cache: whoever reads the token again goes on with them.

mod counters;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use token_core::{TokenId, TokenUsage, UsageDay};

pub(crate) use self::counters::{Cell, Counters};
use crate::Guard;

/// Shards of the register, so that handing over all numbers stops nobody for long.
const SHARDS: usize = 64;

/// Some of the tokens.
type Shard = Mutex<HashMap<TokenId, Arc<Counters>>>;

/// The numbers of all tokens that are kept, or were counted since the last taking. Bounded.
#[derive(Debug)]
pub(crate) struct Usage {
    shards: Box<[Shard]>,
    /// Most tokens of one shard.
    most: usize,
    /// Some shard is half full.
    filling: AtomicBool,
    /// Where calls are counted that there is no place for; nobody is told of them.
    beyond: Arc<Counters>,
}

impl Usage {
    /// For a cache of so many tokens: four times as many, since those that went out of it are kept until the next taking.
    pub(crate) fn new(entries: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            most: entries.saturating_mul(4).div_ceil(SHARDS).max(64),
            filling: AtomicBool::new(false),
            beyond: Arc::default(),
        }
    }

    /// The numbers of a token, where it has been read.
    pub(crate) fn of(&self, token: TokenId) -> Arc<Counters> {
        let Some(shard) = self.shard(token) else { return Arc::clone(&self.beyond) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counters) = shard.get(&token) {
            return Arc::clone(counters);
        }
        if self.most / 2 <= shard.len() {
            self.filling.store(true, Ordering::Relaxed);
            if self.most <= shard.len() {
                return Arc::clone(&self.beyond);
            }
        }
        Arc::clone(shard.entry(token).or_default())
    }

    fn shard(&self, token: TokenId) -> Option<&Shard> {
        let [.., last] = token.as_bytes();
        self.shards.get(usize::from(*last) % SHARDS)
    }

    fn take(&self, day: UsageDay) -> Vec<TokenUsage> {
        self.filling.store(false, Ordering::Relaxed);
        let mut taken = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|token, counters| {
                // Whoever holds it may count; nobody gets hold of it while the shard is locked.
                let held = Arc::get_mut(counters).is_none();
                taken.extend(counters.take(*token, day));
                held
            });
        }
        let lost = self.beyond.lose();
        if 0 < lost {
            tracing::warn!(
                calls = lost,
                "more tokens were used than there is room to count for; these calls are not counted"
            );
        }
        taken
    }
}

impl Guard {
    /// Takes what was counted of every token since the last time, for the day the interval began on; nothing of tokens
    /// that were not presented.
    #[must_use]
    pub fn take_usage(&self, day: UsageDay) -> Vec<TokenUsage> {
        self.memory.usage.take(day)
    }

    /// Puts counts back that could not be stored; they count to the day they are taken for next.
    pub fn return_usage(&self, usage: &[TokenUsage]) {
        for usage in usage {
            self.memory.usage.of(usage.token).give_back(usage);
        }
    }

    /// Whether counts should be taken before the usual time, since so many different tokens were presented.
    #[must_use]
    pub fn is_full_of_usage(&self) -> bool {
        self.memory.usage.filling.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[cfg(not(feature = "shuttle"))]
mod tests {
    use std::net::IpAddr;

    use token_core::{UnixSeconds, UsageCounts, UsedFrom};

    use super::*;
    use crate::{Arrival, Refusal};

    fn token(number: u16) -> TokenId {
        format!("0192f3c1-7a52-7c11-8d4e-0242ac12{number:04x}").parse().unwrap()
    }

    fn from(second: i64, address: &str) -> Arrival {
        Arrival { now: UnixSeconds::new(second).unwrap(), peer: Some(address.parse().unwrap()) }
    }

    fn day(number: i64) -> UsageDay {
        UsageDay::of(UnixSeconds::new(number * 86_400).unwrap())
    }

    #[test]
    fn x09_calls_are_counted_by_what_became_of_them() {
        let usage = Usage::new(10);
        let counters = usage.of(token(1));
        for second in [7, 9, 8] {
            counters.count(None, from(second, "10.0.0.1"));
        }
        counters.forbidden();
        for refusal in [Refusal::Revoked, Refusal::Revoked, Refusal::Expired, Refusal::Superseded, Refusal::Address] {
            counters.count(Some(&refusal), from(99, "10.9.9.9"));
        }
        counters.count(Some(&Refusal::Invalid), from(99, "10.9.9.9"));
        let taken = usage.take(day(5));
        let [one] = taken.as_slice() else { panic!("{taken:?}") };
        let counts = UsageCounts { admitted: 3, forbidden: 1, expired: 1, revoked: 2, superseded: 1, address: 1 };
        assert_eq!((one.token, one.day, one.counts), (token(1), day(5), counts));
        assert_eq!(one.last_used, UnixSeconds::new(9).ok());
        assert_eq!(
            one.addresses,
            [UsedFrom { at: UnixSeconds::new(7).unwrap(), address: IpAddr::from([10, 0, 0, 1]) }]
        );
        assert_eq!(usage.take(day(5)), []);
    }

    #[test]
    fn x09_counts_survive_that_a_token_leaves_the_cache_and_that_they_could_not_be_stored() {
        let usage = Usage::new(10);
        usage.of(token(1)).count(None, from(1, "::1"));
        usage.of(token(1)).count(None, from(2, "::2"));
        let taken = usage.take(day(1));
        assert_eq!((taken.len(), taken[0].counts.admitted, taken[0].addresses.len()), (1, 2, 2));
        usage.of(token(1)).count(None, from(3, "::2"));
        usage.of(token(1)).give_back(&taken[0]);
        let again = usage.take(day(2));
        assert_eq!((again[0].counts.admitted, again[0].day, again[0].last_used), (3, day(2), UnixSeconds::new(3).ok()));
        assert_eq!(
            again[0].addresses[0],
            UsedFrom { at: UnixSeconds::new(3).unwrap(), address: "::2".parse().unwrap() }
        );
        assert_eq!(usage.shards.iter().map(|shard| shard.lock().unwrap().len()).sum::<usize>(), 0, "nobody holds it");
    }

    #[test]
    fn x09_nothing_falls_between_two_takings() {
        const CALLS: u64 = 20_000;
        let usage = Usage::new(10);
        let counted = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4_u8)
                .map(|caller| {
                    let counters = usage.of(token(1));
                    scope.spawn(move || {
                        for call in 0..CALLS {
                            counters.count(None, from(i64::try_from(call).unwrap(), &format!("10.0.0.{caller}")));
                        }
                    })
                })
                .collect();
            let mut counted = 0;
            while callers.iter().any(|caller| !caller.is_finished()) {
                counted += usage.take(day(1)).iter().map(|usage| usage.counts.admitted).sum::<u64>();
            }
            counted + usage.take(day(1)).iter().map(|usage| usage.counts.admitted).sum::<u64>()
        });
        assert_eq!(counted, 4 * CALLS);
    }

    #[test]
    fn x09_so_many_tokens_and_no_more_are_counted_at_once() {
        let usage = Usage::new(1);
        for number in 0..10_000 {
            usage.of(token(number)).count(None, from(1, "10.0.0.1"));
        }
        assert!(usage.filling.load(Ordering::Relaxed));
        assert_eq!(usage.take(day(1)).len(), 64 * SHARDS);
        assert!(!usage.filling.load(Ordering::Relaxed));
        assert_eq!(usage.beyond.lose(), 0, "told, and begun anew");
    }
}
