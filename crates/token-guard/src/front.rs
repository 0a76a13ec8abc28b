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
    static FRONT: RefCell<Front> = const { RefCell::new(Front { pairs: Vec::new() }) };
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
struct Front {
    pairs: Vec<Pair>,
}

/// One line of the processor's cache: what is far away is not looked at before it is known to be needed.
#[derive(Default)]
#[repr(align(64))]
struct Pair([Place; 2]);

#[derive(Default)]
struct Place {
    kept: Option<Kept>,
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

impl Front {
    /// The pair of a text; none before anything was kept.
    fn pair(&mut self, place: u64) -> Option<&mut [Place; 2]> {
        let pair = usize::try_from(place).unwrap_or(usize::MAX) & self.pairs.len().checked_sub(1)?;
        self.pairs.get_mut(pair).map(|pair| &mut pair.0)
    }

    fn get(&mut self, place: u64) -> Option<&mut Place> {
        self.pair(place)?.iter_mut().find(|of| of.tag == tag(place) && of.kept.is_some())
    }

    /// Keeps what is made, of a text with this place, as of the head with this mark, if there is a place to be had.
    fn keep(&mut self, place: u64, mark: u64, made: impl FnOnce() -> Kept) {
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
    fn room(&mut self, place: u64, mark: u64) -> Room<'_> {
        let may_grow = self.pairs.len() < PAIRS.1;
        let Some(pair) = self.pair(place) else { return Room::More };
        let cost = |of: &Place| match of.kept {
            Some(_) if of.tag == tag(place) => 0,
            None => 1,
            Some(_) if of.mark != short(mark) => 2,
            Some(_) => OTHERS + u16::from(of.worth),
        };
        match pair.iter_mut().min_by_key(|of| cost(of)) {
            Some(of) if cost(of) < OTHERS => Room::Here(of),
            Some(_) if may_grow => Room::More,
            Some(of) if 0 < of.worth => {
                of.worth -= 1;
                Room::None
            }
            Some(of) => Room::Here(of),
            None => Room::None,
        }
    }

    /// Twice as many pairs, and none kept: whoever calls again is kept again.
    fn grow(&mut self) {
        let more = (2 * self.pairs.len()).max(PAIRS.0);
        self.pairs.clear();
        self.pairs.resize_with(more, Pair::default);
    }
}

/// Where somebody may be kept.
enum Room<'a> {
    Here(&'a mut Place),
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
        assert_eq!((core::mem::size_of::<Pair>(), core::mem::align_of::<Pair>()), (64, 64));
        assert!(PAIRS.0.is_power_of_two() && PAIRS.1.is_power_of_two());
    }
}
