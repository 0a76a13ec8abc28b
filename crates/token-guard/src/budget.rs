//! How many signatures each address may have checked in a second. A check costs a hundred times what everything else
//! of a refusal does, so whoever sends texts nobody has seen before pays for them here.
//!
//! Only what needs a check is counted: texts without the header of a key of ours are refused for nothing, and texts
//! that were good once pass. Never decides who may pass: what it lets through is checked as ever.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use token_core::UnixSeconds;

use crate::seen::SeenGood;

/// How many checks an address may cause in a second, where nobody says otherwise.
pub const SIGNATURE_CHECKS_PER_SECOND: u32 = 2_000;

/// Shares of the table, each with a lock of its own; addresses are spread over them by a secret key.
const SHARDS: usize = 64;
/// Most addresses remembered in one share: 65 536 in all, some 3 MB.
const SOURCES: usize = 1_024;

/// Who shares one budget: an IPv4 address, the /64 of an IPv6 address, or whoever's address is not known.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Source {
    V4(u32),
    V6(u64),
    Unknown,
}

impl From<Option<IpAddr>> for Source {
    fn from(peer: Option<IpAddr>) -> Self {
        match peer.map(|address| address.to_canonical()) {
            None => Self::Unknown,
            Some(IpAddr::V4(address)) => Self::V4(address.to_bits()),
            // A household or a rented machine has a whole /64 to call from.
            Some(IpAddr::V6(address)) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// What an address has used up of one second.
#[derive(Clone, Copy, Debug)]
struct Used {
    second: i64,
    checks: u32,
}

/// The budgets of all addresses, and the texts that need none.
pub(crate) struct Budget {
    per_second: NonZeroU32,
    seen: SeenGood,
    hasher: RandomState,
    shards: Box<[Mutex<HashMap<Source, Used>>]>,
}

impl Budget {
    /// A budget of so many checks; `None` for 0, which is no limit.
    pub(crate) fn new(per_second: u32) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Some(Self { per_second, seen: SeenGood::new(), hasher: RandomState::new(), shards })
    }

    /// Whether this text was good before, so that it passes whatever its address has used up.
    pub(crate) fn has_seen(&self, text: &str) -> bool {
        self.seen.has(text)
    }

    /// The signature of this text was good.
    pub(crate) fn saw_good(&self, text: &str) {
        self.seen.add(text);
    }

    /// Takes one check of the budget of an address; false if there is none left in this second.
    pub(crate) fn take(&self, peer: Option<IpAddr>, now: UnixSeconds) -> bool {
        let (source, second) = (Source::from(peer), now.get());
        let Some(shard) = self.shard(source) else { return true };
        let mut used = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if SOURCES <= used.len() && !used.contains_key(&source) {
            used.retain(|_, used| used.second == second);
            if SOURCES <= used.len() {
                // So many addresses in one second: they begin anew rather than grow without bound.
                used.clear();
            }
        }
        let used = used.entry(source).or_insert(Used { second, checks: 0 });
        // Any other second, also an earlier one: an embedding service's clock may be set back.
        if used.second != second {
            *used = Used { second, checks: 0 };
        }
        let left = used.checks < self.per_second.get();
        used.checks += u32::from(left);
        left
    }

    fn shard(&self, source: Source) -> Option<&Mutex<HashMap<Source, Used>>> {
        let hash = usize::try_from(self.hasher.hash_one(source) % SHARDS as u64).ok()?;
        self.shards.get(hash)
    }
}

impl core::fmt::Debug for Budget {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Budget").field("per_second", &self.per_second).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> UnixSeconds {
        UnixSeconds::new(second).unwrap()
    }

    /// How many of 100 checks an address gets.
    fn taken(budget: &Budget, address: &str, second: i64) -> usize {
        (0..100).filter(|_| budget.take(Some(address.parse().unwrap()), at(second))).count()
    }

    #[test]
    fn an_address_has_its_budget_in_every_second() {
        let budget = Budget::new(10).unwrap();
        assert_eq!(taken(&budget, "192.0.2.1", 5), 10);
        assert_eq!(taken(&budget, "192.0.2.1", 5), 0);
        assert_eq!(taken(&budget, "192.0.2.1", 6), 10);
        assert_eq!(taken(&budget, "192.0.2.1", 4), 10, "a clock that was set back stops nobody");
        assert!(Budget::new(0).is_none(), "0 is no limit");
    }

    #[test]
    fn one_address_takes_nothing_from_another_and_a_64_is_one() {
        let budget = Budget::new(10).unwrap();
        for (address, checks) in [
            ("192.0.2.1", 10),
            ("192.0.2.2", 10),
            ("::ffff:192.0.2.1", 0),
            ("2001:db8:0:1::1", 10),
            ("2001:db8:0:1:ffff::2", 0),
            ("2001:db8:0:2::1", 10),
        ] {
            assert_eq!(taken(&budget, address, 5), checks, "{address}");
        }
        assert_eq!((0..100).filter(|_| budget.take(None, at(5))).count(), 10, "unknown addresses share one");
    }

    #[test]
    fn atk_d07_the_table_is_bounded_whatever_comes() {
        let budget = Budget::new(1).unwrap();
        for (second, from) in [(1, 0), (1, 100_000), (2, 0)] {
            for number in from..from + 100_000_u128 {
                let address = std::net::Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | number << 64);
                let _ = budget.take(Some(address.into()), at(second));
            }
        }
        let known: usize = budget.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(0 < known && known <= SHARDS * SOURCES, "{known}");
    }
}
