//! What a thread has admitted lately, for itself alone: such a call writes nothing that another thread reads, so threads
//! do not slow each other down, and it reads little that is far away.
//!
//! It is kept as of one head of the log, and worth nothing from the next event on, whatever that says: then the call is
//! judged anew. What no event tells is looked at with every call: freshness, and the time. A token that is bound to
//! networks is not kept.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::place::is_same;
use crate::{Arrival, Caller, Guard};

/// Pairs of places of a thread, at the least and at the most. A power of two.
const PAIRS: (usize, usize) = (128, 4_096);

/// How often a caller who found no place is turned away before it gets that of another.
const WORTH: u8 = 8;

/// From this cost on a place is that of somebody else.
const OTHERS: u16 = 3;

thread_local! {
    static FRONT: RefCell<Front<Kept>> = const { RefCell::new(Front { pairs: Vec::new() }) };
}

/// The number of a guard: a process may have several.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct GuardNumber(u64);

impl GuardNumber {
    /// One that no other guard of this process has; never that of a caller who is not kept.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// By what a caller was judged who is kept, and how long that is worth anything.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) guard: GuardNumber,
    /// The head of the log.
    pub(crate) mark: u64,
    /// From this second on it must be judged anew; beyond all seconds where time changes nothing.
    pub(crate) until: i64,
}

/// See the module. Bounded. A text may stand in one of two places, side by side.
struct Front<T> {
    pairs: Vec<Pair<T>>,
}

/// One line of the processor's cache: what is far away is not looked at before it is known to be needed.
#[repr(align(64))]
struct Pair<T>([Place<T>; 2]);

struct Place<T> {
    kept: Option<T>,
    /// Parts of the number of the place, and of the mark: enough to choose among places, and nothing more.
    tag: u32,
    mark: u16,
    worth: u8,
}

/// A caller as admitted before.
struct Kept {
    text: Box<[u8]>,
    caller: Caller,
}

/// The part of a number by which pairs do not lie.
fn tag(place: u64) -> u32 {
    (place >> 32) as u32
}

fn short(mark: u64) -> u16 {
    let [low, high, ..] = mark.to_le_bytes();
    u16::from_le_bytes([low, high])
}

impl<T> Default for Pair<T> {
    fn default() -> Self {
        Self([(); 2].map(|()| Place { kept: None, tag: 0, mark: 0, worth: 0 }))
    }
}

impl<T> Front<T> {
    /// The pair of a text; none before anything was kept.
    fn pair(&mut self, place: u64) -> Option<&mut [Place<T>; 2]> {
        let pair = usize::try_from(place).unwrap_or(usize::MAX) & self.pairs.len().checked_sub(1)?;
        self.pairs.get_mut(pair).map(|pair| &mut pair.0)
    }

    fn get(&mut self, place: u64) -> Option<&mut Place<T>> {
        self.pair(place)?.iter_mut().find(|of| of.tag == tag(place) && of.kept.is_some())
    }

    /// Keeps what is made, of a text with this place, as of the head with this mark, if there is a place to be had.
    fn keep(&mut self, place: u64, mark: u64, made: impl FnOnce() -> T) {
        loop {
            match self.room(place, mark) {
                Room::Here(of) => {
                    *of = Place { kept: Some(made()), tag: tag(place), mark: short(mark), worth: WORTH };
                    return;
                }
                Room::None => return,
                Room::More => self.grow(),
            }
        }
    }

    /// The place of the same text, one that is free or out of date, or one of somebody who was asked for often enough.
    fn room(&mut self, place: u64, mark: u64) -> Room<'_, T> {
        let may_grow = self.pairs.len() < PAIRS.1;
        let Some(pair) = self.pair(place) else { return Room::More };
        let cost = |of: &Place<T>| match of.kept {
            Some(_) if of.tag == tag(place) => 0,
            None => 1,
            Some(_) if of.mark != short(mark) => 2,
            Some(_) => OTHERS + u16::from(of.worth),
        };
        let cheapest = pair.iter().map(cost).enumerate().min_by_key(|(_, cost)| *cost);
        let Some((at, cost)) = cheapest else { return Room::None };
        if OTHERS <= cost && may_grow {
            return Room::More;
        }
        if OTHERS < cost {
            // Whoever is called meanwhile is worth as much again.
            for of in pair {
                of.worth = of.worth.saturating_sub(1);
            }
            return Room::None;
        }
        pair.get_mut(at).map_or(Room::None, Room::Here)
    }

    /// Twice as many pairs, and none kept: whoever calls again is kept again.
    fn grow(&mut self) {
        let more = (2 * self.pairs.len()).max(PAIRS.0);
        self.pairs.clear();
        self.pairs.resize_with(more, Pair::default);
    }
}

/// Where somebody may be kept.
enum Room<'a, T> {
    Here(&'a mut Place<T>),
    None,
    /// There should be more places.
    More,
}

impl Guard {
    /// The caller that this thread admitted with the same text before, if nothing has happened since.
    pub(crate) fn again(&self, place: u64, text: &str, arrival: Arrival) -> Option<Caller> {
        FRONT
            .try_with(|front| {
                let mut front = front.try_borrow_mut().ok()?;
                let of = front.get(place)?;
                let Kept { text: kept, caller } = of.kept.as_ref()?;
                let Judged { guard, mark, until } = caller.judged();
                let is_so = guard == self.number && arrival.now.get() < until && is_same(kept, text.as_bytes());
                if !is_so || !self.memory.holds_as_of(mark, self.boot.now()) {
                    return None;
                }
                caller.count(arrival);
                let caller = caller.clone();
                of.worth = WORTH;
                Some(caller)
            })
            .ok()?
    }

    /// Keeps a caller who was admitted as of the head with this mark.
    pub(crate) fn keep(&self, place: u64, mark: u64, text: &str, caller: &Caller) {
        let Some(until) = caller.judged_until() else { return };
        let judged = Judged { guard: self.number, mark, until };
        let made = || Kept { text: text.as_bytes().into(), caller: caller.kept(judged) };
        let _ = FRONT.try_with(|front| front.try_borrow_mut().map(|mut front| front.keep(place, mark, made)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_first_lies_in_one_line() {
        assert_eq!((core::mem::size_of::<Pair<Kept>>(), core::mem::align_of::<Pair<Kept>>()), (64, 64));
        assert!(PAIRS.0.is_power_of_two() && PAIRS.1.is_power_of_two());
    }

    /// The number of a place in the first pair, however many there are.
    fn place(number: u64) -> u64 {
        number << 32
    }

    fn kept(front: &mut Front<u64>) -> Vec<u64> {
        (0..32).filter(|number| front.get(place(*number)).is_some_and(|of| of.kept == Some(*number))).collect()
    }

    #[test]
    fn a_table_grows_where_a_pair_is_full_and_no_further_than_it_may() {
        let mut front = Front { pairs: Vec::new() };
        assert!(front.get(place(0)).is_none());
        for number in 0..3 {
            front.keep(place(number), 1, || number);
            assert_eq!(front.pairs.len(), PAIRS.0 << usize::from(number == 2));
        }
        assert_eq!(kept(&mut front), [2], "those of the smaller table come again");
        for number in 0..32 {
            front.keep(place(number), 1, || number);
        }
        assert_eq!((front.pairs.len(), kept(&mut front).len()), (PAIRS.1, 2));
    }

    #[test]
    fn a_place_goes_to_who_comes_often_and_never_that_of_who_is_called() {
        let mut front = Front { pairs: Vec::new() };
        front.pairs.resize_with(PAIRS.1, Pair::default);
        for called in [1, 2] {
            front.keep(place(1), 1, || 1);
            front.keep(place(2), 1, || 2);
            let mut came = 0;
            while came < 100 && !kept(&mut front).contains(&3) {
                came += 1;
                front.get(place(called)).unwrap().worth = WORTH;
                front.keep(place(3), 1, || 3);
            }
            assert_eq!((came, kept(&mut front)), (WORTH + 1, vec![called, 3]), "turned away so often, and then not");
            // After the next event nobody is worth anything.
            front.keep(place(4), 2, || 4);
            front.keep(place(5), 2, || 5);
            assert_eq!(kept(&mut front), [4, 5]);
            front.keep(place(5), 2, || 6);
            assert_eq!(front.get(place(5)).unwrap().kept, Some(6), "a place of one's own is taken again");
            front.pairs.clear();
            front.pairs.resize_with(PAIRS.1, Pair::default);
        }
    }
}
