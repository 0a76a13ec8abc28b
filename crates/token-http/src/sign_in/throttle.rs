//! How long whoever guesses has to wait. Failures are counted; from the fifth on the wait doubles, from a second to a
//! quarter of an hour. Nobody is ever locked out for good, and a try that came too early costs nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ring::digest::{SHA256, digest};
use token_core::{UnixSeconds, UserId};

/// Failures without a wait.
const FREE: u32 = 5;
/// The longest wait, in seconds.
const LONGEST: i64 = 15 * 60;
/// After so many seconds without a try, one is forgotten.
const FORGOTTEN: i64 = 24 * 60 * 60;
/// Most that are counted at a time; about 6 MB.
const MOST: usize = 1 << 16;

/// What tries are counted by.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Counter {
    name: [u8; 32],
    /// Whether a success says that the failures were slips of whoever is counted here.
    forgives: bool,
}

impl Counter {
    /// An account, by its folded name, whether there is one or not.
    pub(crate) fn account(folded: &str) -> Self {
        Self::new(b"account", folded.as_bytes(), true)
    }

    /// A client's address; of IPv6 the /64, which belongs to one customer. A success there forgives no failures: it
    /// may be of the guesser's own account.
    pub(crate) fn address(address: Option<IpAddr>) -> Self {
        match address {
            Some(IpAddr::V4(address)) => Self::new(b"v4", &address.octets(), false),
            Some(IpAddr::V6(address)) => Self::new(b"v6", address.octets().split_at(8).0, false),
            None => Self::new(b"nowhere", &[], false),
        }
    }

    /// A browser that signed in before.
    pub(crate) fn device(id: &[u8; 16]) -> Self {
        Self::new(b"device", id, true)
    }

    /// A signed-in person who is asked for the password again.
    pub(crate) fn person(id: UserId) -> Self {
        Self::new(b"person", id.as_bytes(), true)
    }

    fn new(kind: &[u8], name: &[u8], forgives: bool) -> Self {
        let mut bytes = [0; 32];
        let hashed = digest(&SHA256, &[kind, b":", name].concat());
        bytes.iter_mut().zip(hashed.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
        Self { name: bytes, forgives }
    }
}

/// Failures in a row, and when the last one began.
#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    last: i64,
}

impl Count {
    fn wait_ends(self) -> i64 {
        self.last.saturating_add(wait(self.failures))
    }

    fn is_forgotten(self, now: i64) -> bool {
        self.wait_ends().saturating_add(FORGOTTEN) <= now
    }
}

/// The wait after so many failures, in seconds.
fn wait(failures: u32) -> i64 {
    let Some(doublings) = failures.checked_sub(FREE) else { return 0 };
    1_i64.checked_shl(doublings).filter(|wait| (1..LONGEST).contains(wait)).unwrap_or(LONGEST)
}

/// Come back after so many seconds, 1 or more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TooEarly(pub(crate) u32);

/// A try that may go on. It counts as failed from its beginning, so that a hundred at once are a hundred failures; it
/// stays so unless it is told otherwise.
#[derive(Debug)]
#[must_use]
pub(crate) struct Try(Vec<Counter>);

/// The counters of one process.
#[derive(Debug)]
pub(crate) struct Throttle {
    counts: Mutex<HashMap<Counter, Count>>,
    most: usize,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { counts: Mutex::default(), most: MOST }
    }
}

impl Throttle {
    /// Begins a try that is counted by all of `counters`, unless one of them has to wait.
    pub(crate) fn begin(&self, counters: &[Counter], now: UnixSeconds) -> Result<Try, TooEarly> {
        let (mut counts, now) = (self.counts.lock().unwrap_or_else(PoisonError::into_inner), now.get());
        let known = counters.iter().filter_map(|counter| counts.get(counter));
        let wait = known.map(|count| count.wait_ends().saturating_sub(now)).max().unwrap_or_default();
        if 0 < wait {
            return Err(TooEarly(u32::try_from(wait).unwrap_or(u32::MAX)));
        }
        for counter in counters {
            if self.most <= counts.len() && !counts.contains_key(counter) {
                make_room(&mut counts, now);
            }
            let count = counts.entry(*counter).or_insert(Count { failures: 0, last: now });
            let failures = if count.is_forgotten(now) { 0 } else { count.failures };
            *count = Count { failures: failures.saturating_add(1), last: now };
        }
        Ok(Try(counters.to_vec()))
    }

    /// The password was right: failures of the same account or browser are forgiven, those of the address stay.
    pub(crate) fn succeeded(&self, Try(counters): Try) {
        self.change(&counters, |counter, failures| if counter.forgives { 0 } else { failures.saturating_sub(1) });
    }

    /// Nothing was tried after all.
    pub(crate) fn withdrawn(&self, Try(counters): Try) {
        self.change(&counters, |_, failures| failures.saturating_sub(1));
    }

    fn change(&self, counters: &[Counter], after: impl Fn(&Counter, u32) -> u32) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for counter in counters {
            let Some(count) = counts.get_mut(counter) else { continue };
            count.failures = after(counter, count.failures);
            if count.failures == 0 {
                counts.remove(counter);
            }
        }
    }
}

/// Drops what is forgotten; or else whoever failed least, so that a stranger with many names and addresses pushes out
/// his own, and nobody who has to wait.
fn make_room(counts: &mut HashMap<Counter, Count>, now: i64) {
    let before = counts.len();
    counts.retain(|_, count| !count.is_forgotten(now));
    if counts.len() == before {
        let least = counts.iter().min_by_key(|(_, count)| (count.failures, count.last)).map(|(counter, _)| *counter);
        least.and_then(|counter| counts.remove(&counter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(1_900_000_000 + seconds).unwrap()
    }

    fn fails(throttle: &Throttle, counters: &[Counter], seconds: i64) -> Result<(), TooEarly> {
        throttle.begin(counters, at(seconds)).map(drop)
    }

    #[test]
    fn p62_after_five_failures_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let (throttle, account) = (Throttle::default(), [Counter::account("ada")]);
        let mut now = 0;
        for _ in 0..5 {
            assert_eq!(fails(&throttle, &account, now), Ok(()));
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            assert_eq!(fails(&throttle, &account, now), Err(TooEarly(wait)), "after {now} seconds");
            let wait = i64::from(wait);
            assert_eq!(fails(&throttle, &account, now + wait - 1), Err(TooEarly(1)), "too early costs nothing");
            now += wait;
            assert_eq!(fails(&throttle, &account, now), Ok(()), "never locked for good");
        }
        for _ in 0..100 {
            now += 900;
            assert_eq!(fails(&throttle, &account, now), Ok(()));
            assert_eq!(fails(&throttle, &account, now), Err(TooEarly(900)), "the cap holds for ever");
        }
        assert_eq!(fails(&throttle, &account, now + 900 + FORGOTTEN), Ok(()));
        assert_eq!(fails(&throttle, &account, now + 900 + FORGOTTEN), Ok(()), "and a day of quiet is a new beginning");
    }

    #[test]
    fn p62_a_hundred_at_once_are_a_hundred_failures() {
        let (throttle, account) = (Throttle::default(), [Counter::account("ada")]);
        let begun: Vec<_> = (0..100).map(|_| throttle.begin(&account, at(0))).collect();
        assert_eq!(begun.iter().filter(|begun| begun.is_ok()).count(), 5, "nobody waits for the outcome of the first");
    }

    #[test]
    fn a_success_forgives_the_account_and_not_the_address() {
        let throttle = Throttle::default();
        let address = Counter::address("192.0.2.1".parse().ok());
        let both = [Counter::account("ada"), address];
        for _ in 0..4 {
            fails(&throttle, &both, 0).unwrap();
        }
        let right = throttle.begin(&both, at(0)).unwrap();
        throttle.succeeded(right);
        for _ in 0..5 {
            fails(&throttle, &both[..1], 0).unwrap();
        }
        fails(&throttle, &[address], 0).unwrap();
        assert_eq!(fails(&throttle, &[address], 0), Err(TooEarly(1)), "four failures and one more");
    }

    #[test]
    fn what_was_never_tried_is_not_counted() {
        let (throttle, account) = (Throttle::default(), [Counter::account("ada")]);
        for _ in 0..100 {
            let nothing = throttle.begin(&account, at(0)).unwrap();
            throttle.withdrawn(nothing);
        }
        assert!(throttle.counts.lock().unwrap().is_empty());
    }

    #[test]
    fn atk_l05_an_ipv6_customer_has_one_counter() {
        let address = |text: &str| Counter::address(Some(text.parse().unwrap()));
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
        assert_ne!(Counter::account("x"), Counter::new(b"device", b"x", true));
    }

    #[test]
    fn strangers_cannot_fill_the_memory_or_push_out_who_waits() {
        let throttle = Throttle { most: 100, ..Throttle::default() };
        let victim = [Counter::account("ada")];
        for _ in 0..5 {
            fails(&throttle, &victim, 0).unwrap();
        }
        for name in 0..10_000 {
            fails(&throttle, &[Counter::account(&format!("nobody {name}"))], 0).unwrap();
        }
        assert_eq!(throttle.counts.lock().unwrap().len(), 100);
        assert_eq!(fails(&throttle, &victim, 0), Err(TooEarly(1)));
        fails(&throttle, &victim, 2 * FORGOTTEN).unwrap();
        fails(&throttle, &[Counter::account("one more")], 2 * FORGOTTEN).unwrap();
        assert!(throttle.counts.lock().unwrap().len() <= 3, "what is forgotten goes first");
    }
}
