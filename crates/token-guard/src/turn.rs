//! One thing that many want to use, one after the other, and nobody waits for it for ever.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// See the module.
#[derive(Debug)]
pub(crate) struct Turn<T> {
    place: Mutex<Option<T>>,
    free: Condvar,
}

impl<T> Turn<T> {
    pub(crate) fn new(thing: T) -> Self {
        Self { place: Mutex::new(Some(thing)), free: Condvar::new() }
    }

    /// Uses it; `None` if it was not free for so long.
    pub(crate) fn with<R>(&self, patience: Duration, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.free.wait_timeout_while(place, patience, |place| place.is_none());
        let thing = taken.unwrap_or_else(PoisonError::into_inner).0.take()?;
        let mut held = Held { turn: self, thing: Some(thing) };
        held.thing.as_mut().map(work)
    }
}

/// Puts it back, also when its use panicked.
struct Held<'a, T> {
    turn: &'a Turn<T>,
    thing: Option<T>,
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        *self.turn.place.lock().unwrap_or_else(PoisonError::into_inner) = self.thing.take();
        self.turn.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(5);

    #[test]
    fn one_at_a_time_and_nobody_waits_for_ever() {
        let turn = Turn::new(1);
        let inner = turn.with(SOON, |one| {
            *one += 1;
            turn.with(SOON, |_| ())
        });
        assert_eq!(inner, Some(None));
        assert_eq!(turn.with(SOON, |two| *two), Some(2));
    }

    #[test]
    fn p17_a_panic_takes_nothing_away() {
        let turn = Turn::new(1);
        let panicked = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| turn.with(SOON, |_| panic!("boo"))));
        assert!(panicked.is_err());
        assert_eq!(turn.with(SOON, |one| *one), Some(1));
    }
}
