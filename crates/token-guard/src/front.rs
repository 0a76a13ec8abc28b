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

/// Places of a thread, at the least and at the most. A power of two.
const PLACES: (usize, usize) = (256, 8_192);

/// How often a caller who found no place is turned away before it gets that of another.
const WORTH: u8 = 8;

thread_local! {
    static FRONT: RefCell<Front> = const { RefCell::new(Front { places: Vec::new() }) };
}

/// The number of a guard: a process may have several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct GuardNumber(u64);

impl GuardNumber {
    /// One that no other guard of this process has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// See the module. Bounded. A text may stand in one of two places, side by side.
struct Front {
    places: Vec<Option<Kept>>,
}

/// A caller as admitted before. All that is looked at before the text itself lies in one line of the processor's cache.
#[repr(align(64))]
struct Kept {
    place: u64,
    guard: GuardNumber,
    /// The head of the log it was judged by.
    mark: u64,
    /// From this second on it must be judged anew; beyond all seconds where time changes nothing.
    until: i64,
    text: Box<[u8]>,
    caller: Caller,
    worth: u8,
}

impl Front {
    /// The two places of a text; none before anything was kept.
    fn pair(&mut self, place: u64) -> Option<&mut [Option<Kept>]> {
        let pairs = self.places.len() / 2;
        let pair = usize::try_from(place).unwrap_or(usize::MAX) & pairs.checked_sub(1)?;
        self.places.get_mut(2 * pair..2 * pair + 2)
    }

    fn get(&mut self, place: u64) -> Option<&mut Kept> {
        self.pair(place)?.iter_mut().flatten().find(|kept| kept.place == place)
    }

    /// Keeps what is made, of a text with this place, as of the head with this mark, if there is a place to be had.
    fn keep(&mut self, place: u64, mark: u64, made: impl FnOnce() -> Kept) {
        loop {
            match self.room(place, mark) {
                Room::Here(kept) => {
                    *kept = Some(made());
                    return;
                }
                Room::None => return,
                Room::More => self.grow(),
            }
        }
    }

    /// The place of the same text, one that is free or out of date, or one of somebody who was asked for often enough.
    fn room(&mut self, place: u64, mark: u64) -> Room<'_> {
        let may_grow = self.places.len() < PLACES.1;
        let Some(pair) = self.pair(place) else { return Room::More };
        let first = pair.iter_mut().min_by_key(|kept| match kept {
            Some(kept) if kept.place == place => 0,
            None => 1,
            Some(kept) if kept.mark != mark => 2,
            Some(kept) => 3 + u16::from(kept.worth),
        });
        match first {
            Some(Some(kept)) if kept.place != place && kept.mark == mark && may_grow => Room::More,
            Some(Some(kept)) if kept.place != place && kept.mark == mark && 0 < kept.worth => {
                kept.worth -= 1;
                Room::None
            }
            Some(kept) => Room::Here(kept),
            None => Room::None,
        }
    }

    fn grow(&mut self) {
        let more = (2 * self.places.len()).max(PLACES.0);
        let kept = core::mem::take(&mut self.places);
        self.places.resize_with(more, || None);
        for kept in kept.into_iter().flatten() {
            // Whoever finds no place here is kept again with its next call.
            if let Room::Here(place) = self.room(kept.place, kept.mark) {
                *place = Some(kept);
            }
        }
    }
}

/// Where somebody may be kept.
enum Room<'a> {
    Here(&'a mut Option<Kept>),
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
                let kept = front.get(place)?;
                let is_so =
                    kept.guard == self.number && arrival.now.get() < kept.until && is_same(&kept.text, text.as_bytes());
                if !is_so || !self.memory.holds_as_of(kept.mark, self.boot.now()) {
                    return None;
                }
                kept.worth = WORTH;
                kept.caller.count(arrival);
                Some(kept.caller.clone())
            })
            .ok()?
    }

    /// Keeps a caller who was admitted as of the head with this mark.
    pub(crate) fn keep(&self, place: u64, mark: u64, text: &str, caller: &Caller) {
        let Some(until) = caller.judged_until() else { return };
        let made = || {
            caller.counts_itself();
            let (text, caller) = (text.as_bytes().into(), caller.clone());
            Kept { place, guard: self.number, mark, until, text, caller, worth: WORTH }
        };
        let _ = FRONT.try_with(|front| front.try_borrow_mut().map(|mut front| front.keep(place, mark, made)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_first_lies_in_one_line() {
        assert_eq!(core::mem::size_of::<Option<Kept>>(), 64);
        assert!(PLACES.0.is_power_of_two() && PLACES.1.is_power_of_two());
    }
}
