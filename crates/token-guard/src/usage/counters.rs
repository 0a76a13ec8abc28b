//! The numbers of one token.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use token_core::{TokenId, TokenUsage, UnixSeconds, UsageCounts, UsageDay, UsedFrom};

use crate::caller::Admitted;
use crate::{Arrival, Refusal};

/// How many addresses of a token are known without a lock.
const MARKS: usize = 2;

/// Callers that are looked through whenever one of them is gone; of more, some are forgotten later.
const FEW: usize = 64;

/// The numbers of one token. Small: there is one for every token that is kept.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    shared: Cell,
    /// Marks of the latest of the addresses; 0 for none.
    marks: [AtomicU64; MARKS],
    noted: Mutex<Noted>,
    /// What few tokens ever have.
    faults: OnceLock<Box<Faults>>,
}

/// Admitted calls. A thread that often calls with a token has one of its own: nobody else writes there but who takes.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    /// Only ever grows.
    admitted: AtomicU64,
    /// How many of them were taken.
    taken: AtomicU64,
    /// The second of the last admitted call, and one; 0 for none.
    last_used: AtomicI64,
    /// Marks the address of the last call, if it was noted since the last taking; 0 for none.
    address: AtomicU64,
}

/// What is behind a lock.
#[derive(Debug, Default)]
struct Noted {
    addresses: Box<[UsedFrom]>,
    /// Callers that threads keep.
    callers: Vec<Weak<Admitted>>,
}

/// Calls that did not go as their caller wished.
#[derive(Debug, Default)]
struct Faults {
    forbidden: AtomicU64,
    expired: AtomicU64,
    revoked: AtomicU64,
    superseded: AtomicU64,
    address: AtomicU64,
}

impl Cell {
    /// Counts an admitted call of the token of these numbers, to which it belongs.
    fn count(&self, of: &Counters, arrival: Arrival) {
        self.admitted.fetch_add(1, Ordering::Relaxed);
        self.note(|| of, arrival);
    }

    /// The same where no other thread counts here, without the price of that. The numbers of the token are not looked at
    /// unless there is something new.
    pub(crate) fn count_alone<'a>(&self, of: impl FnOnce() -> &'a Counters, arrival: Arrival) {
        self.admitted.store(self.admitted.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.note(of, arrival);
    }

    fn note<'a>(&self, of: impl FnOnce() -> &'a Counters, arrival: Arrival) {
        let second = arrival.now.get().saturating_add(1);
        if self.last_used.load(Ordering::Relaxed) < second {
            self.last_used.fetch_max(second, Ordering::Relaxed);
        }
        if let Some(address) = arrival.peer {
            let mark = mark(address);
            if self.address.load(Ordering::Relaxed) != mark {
                let of = of();
                if !of.marks.iter().any(|known| known.load(Ordering::Relaxed) == mark) {
                    of.note(UsedFrom { at: arrival.now, address });
                }
                self.address.store(mark, Ordering::Relaxed);
            }
        }
    }

    /// Takes the number of calls, and the last second and one.
    fn take(&self) -> (u64, i64) {
        self.address.store(0, Ordering::Relaxed);
        let admitted = self.admitted.load(Ordering::Relaxed);
        let before = self.taken.fetch_max(admitted, Ordering::Relaxed);
        (admitted.saturating_sub(before), taken_second(&self.last_used))
    }
}

fn taken(counter: &AtomicU64) -> u64 {
    match counter.load(Ordering::Relaxed) {
        0 => 0,
        _ => counter.swap(0, Ordering::Relaxed),
    }
}

fn taken_second(second: &AtomicI64) -> i64 {
    match second.load(Ordering::Relaxed) {
        0 => 0,
        _ => second.swap(0, Ordering::Relaxed),
    }
}

impl Noted {
    /// Callers that are still there. They are not to be let go of while this is locked: the last to do so locks it.
    fn callers(&self) -> Vec<Arc<Admitted>> {
        self.callers.iter().filter_map(Weak::upgrade).collect()
    }

    /// Forgets those callers that are gone, and the room they took.
    fn tidy(&mut self) {
        self.callers.retain(|caller| 0 < caller.strong_count());
        if self.callers.is_empty() {
            self.callers = Vec::new();
        }
    }
}

/// Takes what threads counted.
fn take_of(callers: &[Arc<Admitted>]) -> (u64, i64) {
    callers
        .iter()
        .map(|caller| caller.counted.take())
        .fold((0, 0), |(calls, last), (more, second)| (calls + more, last.max(second)))
}

impl Counters {
    /// Counts a call by what became of it.
    pub(crate) fn count(&self, refusal: Option<&Refusal>, arrival: Arrival) {
        match refusal {
            None => self.shared.count(self, arrival),
            Some(refusal) => self.refused(refusal),
        }
    }

    /// A caller of this token counts calls itself.
    pub(crate) fn also_count(&self, caller: Weak<Admitted>) {
        let mut noted = self.noted();
        if noted.callers.len() == noted.callers.capacity() {
            noted.tidy();
        }
        noted.callers.push(caller);
    }

    /// Goes on with what was counted there, by a caller that is gone.
    pub(crate) fn take_over(&self, counted: &Cell) {
        let mut noted = self.noted();
        if noted.callers.len() <= FEW {
            noted.tidy();
        }
        drop(noted);
        let (admitted, last) = counted.take();
        // Whoever takes the counts may have come between the two of a call.
        if 0 < admitted || 0 < last {
            self.shared.admitted.fetch_add(admitted, Ordering::Relaxed);
            self.shared.last_used.fetch_max(last, Ordering::Relaxed);
        }
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts that an admitted call lacked a permission.
    pub(crate) fn forbidden(&self) {
        self.faults().forbidden.fetch_add(1, Ordering::Relaxed);
    }

    fn faults(&self) -> &Faults {
        self.faults.get_or_init(Box::default)
    }

    /// Counts a refusal that is about the token; others say nothing of it.
    fn refused(&self, refusal: &Refusal) {
        let counter = match refusal {
            Refusal::Expired => &self.faults().expired,
            Refusal::Revoked => &self.faults().revoked,
            Refusal::Superseded => &self.faults().superseded,
            Refusal::Address => &self.faults().address,
            Refusal::Missing(_)
            | Refusal::NoCredentials
            | Refusal::SeveralCredentials
            | Refusal::Invalid
            | Refusal::TooManyChecks
            | Refusal::Stale(_)
            | Refusal::Unavailable(_) => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    fn note(&self, from: UsedFrom) {
        let mut noted = self.noted();
        let addresses = &mut noted.addresses;
        if addresses.iter().any(|known| known.address == from.address && from.at <= known.at) {
            return;
        }
        let latest = UsedFrom::latest(addresses.iter().copied().chain([from]).collect());
        for (place, mark_of) in self.marks.iter().enumerate() {
            mark_of.store(latest.get(place).map_or(0, |from| mark(from.address)), Ordering::Relaxed);
        }
        *addresses = latest.into_boxed_slice();
    }

    /// Forgets the admitted calls; how many they were.
    pub(super) fn lose(&self) -> u64 {
        let callers = self.noted().callers();
        take_of(&callers).0 + self.shared.take().0
    }

    /// Takes everything that was counted; nothing is counted twice, and nothing falls between two takings.
    pub(super) fn take(&self, token: TokenId, day: UsageDay) -> Option<TokenUsage> {
        let mut noted = self.noted();
        // Addresses are noted anew from here on, before callers forget which one they saw.
        self.marks.iter().for_each(|mark| mark.store(0, Ordering::Relaxed));
        let addresses = core::mem::take(&mut noted.addresses).into_vec();
        let callers = noted.callers();
        drop(noted);
        // Whatever a caller hands over meanwhile is taken now or the next time.
        let ((own, last_own), (shared, last_shared)) = (take_of(&callers), self.shared.take());
        let mut counts = UsageCounts { admitted: shared + own, ..UsageCounts::default() };
        if let Some(faults) = self.faults.get() {
            counts.forbidden = taken(&faults.forbidden);
            counts.expired = taken(&faults.expired);
            counts.revoked = taken(&faults.revoked);
            counts.superseded = taken(&faults.superseded);
            counts.address = taken(&faults.address);
        }
        let last_used = match last_shared.max(last_own) {
            0 => None,
            second => UnixSeconds::new(second.saturating_sub(1)).ok(),
        };
        let usage = TokenUsage { token, day, counts, last_used, addresses };
        (!usage.counts.is_empty() || usage.last_used.is_some() || !usage.addresses.is_empty()).then_some(usage)
    }

    pub(super) fn give_back(&self, usage: &TokenUsage) {
        let UsageCounts { admitted, forbidden, expired, revoked, superseded, address } = usage.counts;
        self.shared.admitted.fetch_add(admitted, Ordering::Relaxed);
        if (UsageCounts { admitted: 0, ..usage.counts }) != UsageCounts::default() {
            let faults = self.faults();
            faults.forbidden.fetch_add(forbidden, Ordering::Relaxed);
            faults.expired.fetch_add(expired, Ordering::Relaxed);
            faults.revoked.fetch_add(revoked, Ordering::Relaxed);
            faults.superseded.fetch_add(superseded, Ordering::Relaxed);
            faults.address.fetch_add(address, Ordering::Relaxed);
        }
        if let Some(last) = usage.last_used {
            self.shared.last_used.fetch_max(last.get().saturating_add(1), Ordering::Relaxed);
        }
        usage.addresses.iter().for_each(|from| self.note(*from));
    }
}

/// A number for an address: another one for every IPv4 address, and for IPv6 addresses but by rare chance, where one
/// would be taken for a known one and not noted. Never 0.
fn mark(address: IpAddr) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    match address {
        IpAddr::V4(address) => (1 << 32) | u64::from(address.to_bits()),
        IpAddr::V6(address) => {
            let (high, low) = (address.to_bits() >> 64, address.to_bits() & u128::from(u64::MAX));
            let fold = |half: u128| u64::try_from(half).unwrap_or(0);
            (fold(high).wrapping_mul(ODD).rotate_left(29) ^ fold(low)) | (1 << 63)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x09_addresses_have_marks_of_their_own() {
        let mut marks: Vec<u64> = (0..1_000_u32)
            .flat_map(|n| {
                [IpAddr::V4(n.into()), IpAddr::V6(u128::from(n).into()), IpAddr::V6((u128::from(n) << 64).into())]
            })
            .map(mark)
            .collect();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 2_999, "`::` is once");
        assert!(!marks.contains(&0));
        assert!(core::mem::size_of::<Counters>() <= 112, "{}", core::mem::size_of::<Counters>());
    }
}
