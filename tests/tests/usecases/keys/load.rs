//! Keys that follow each other and end while very many calls are judged.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, RwLock};
use std::thread::sleep;
use std::time::Duration;

use token_admin::{AdminError, Begin, RotateKey};
use token_core::Author;
use token_guard::{Arrival, Guard, Refusal};
use token_testkit::is_long;

use super::signing;
use crate::each_store::in_each_world;
use crate::world::{World, from_memory, new_token};

/// Threads that call.
const CALLERS: usize = 2;

/// How often a call is made before it is lost, and what lies between: three seconds at the least.
const TRIES: usize = 300;
const PAUSE: Duration = Duration::from_millis(10);

const AT_ONCE: RotateKey = RotateKey { algorithm: None, begin: Begin::Now };

/// What calls have come to.
#[derive(Debug, Default)]
struct Tally {
    calls: AtomicUsize,
    /// Those that were answered without asking anybody.
    from_memory: AtomicUsize,
    /// How often one was made again. A guard that nobody follows for asks the database itself, and on a machine that is
    /// too busy for that it tells the caller to come again, which is neither yes nor no.
    again: AtomicUsize,
    /// Those that nobody had an answer for.
    lost: AtomicUsize,
}

impl Tally {
    /// Whether a call passes, made as a service makes it; `None` if it is lost.
    fn passes(&self, guard: &Guard, text: &str, arrival: Arrival) -> Option<bool> {
        self.calls.fetch_add(1, SeqCst);
        for _ in 0..TRIES {
            let known = from_memory(guard, text, arrival);
            self.from_memory.fetch_add(usize::from(known.is_some()), SeqCst);
            match known.unwrap_or_else(|| guard.admit_text(text, arrival)) {
                Ok(_) => return Some(true),
                Err(Refusal::Stale(_) | Refusal::Unavailable(_)) => {
                    self.again.fetch_add(1, SeqCst);
                    sleep(PAUSE);
                }
                Err(_) => return Some(false),
            }
        }
        self.lost.fetch_add(1, SeqCst);
        None
    }

    fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    /// Whether it makes no sense to go on.
    fn has_lost(&self) -> bool {
        self.lost.load(SeqCst) != 0
    }

    /// # Panics
    ///
    /// When a call was lost, when more than one in a hundred was made again, or when memory answered fewer.
    #[track_caller]
    fn ensure_answered(&self, memory_at_least: usize) {
        assert!(!self.has_lost(), "{self:?}");
        assert!(self.again.load(SeqCst) <= self.calls() / 100, "{self:?}");
        assert!(memory_at_least <= self.from_memory.load(SeqCst), "{self:?}");
    }
}

fn issue(world: &World) -> Result<Arc<str>, AdminError> {
    let created = world.admin.create_token(&Author::command_line(), &new_token(&[]))?;
    Ok(created.value.text.expose().into())
}

#[test]
fn p50_of_more_than_a_hundred_thousand_calls_during_rotations_none_is_refused() {
    // On each of two kinds of database.
    let (least, rotations) = if is_long() { (100_000, 200) } else { (60_000, 100) };
    in_each_world(|world| {
        let world = &*world;
        let arrival = Arrival { now: world.now(), peer: None };
        let texts = RwLock::new(vec![issue(world).unwrap()]);
        let (tally, refused, over) = (Tally::default(), AtomicUsize::new(0), AtomicBool::new(false));
        let rotated = std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (texts, tally, refused, over) = (&texts, &tally, &refused, &over);
                let guard = &world.guard;
                scope.spawn(move || {
                    let mut next = caller;
                    while (tally.calls() < least || !over.load(SeqCst)) && !tally.has_lost() {
                        let text = {
                            let texts = texts.read().unwrap();
                            // Every other time the one that was just handed out.
                            let which = if next.is_multiple_of(2) { texts.len() - 1 } else { next / 2 % texts.len() };
                            Arc::clone(&texts[which])
                        };
                        let passes = tally.passes(guard, &text, arrival);
                        refused.fetch_add(usize::from(passes == Some(false)), SeqCst);
                        next += 1;
                    }
                });
            }
            // Spread over the calls: many come between two of them, as where keys live long, and some meanwhile.
            let rotated: Result<(), AdminError> = (0..rotations).try_for_each(|rotation| {
                while tally.calls() < rotation * least / rotations && !tally.has_lost() {
                    sleep(Duration::from_millis(1));
                }
                world.admin.rotate_key(&Author::command_line(), &AT_ONCE)?;
                let text = issue(world)?;
                texts.write().unwrap().push(text);
                Ok(())
            });
            over.store(true, SeqCst);
            rotated
        });
        println!("{:?}, {rotations} rotations: {tally:?}", world.kind());
        rotated.unwrap();
        assert_eq!(refused.load(SeqCst), 0, "{tally:?}");
        tally.ensure_answered(tally.calls() / 3);
        let texts = texts.into_inner().unwrap();
        let passes = |text: &Arc<str>| tally.passes(&world.guard, text, arrival) == Some(true);
        assert!(texts.iter().all(passes), "old texts stay good");
    });
}

#[test]
fn p51_no_call_that_begins_after_its_key_was_withdrawn_is_accepted() {
    let (rounds, most) = if is_long() { (50, 10_000) } else { (10, 2_000) };
    in_each_world(|world| {
        let world = &*world;
        let arrival = Arrival { now: world.now(), peer: None };
        let tally = Tally::default();
        for round in 0..rounds {
            world.admin.rotate_key(&Author::command_line(), &AT_ONCE).unwrap();
            let stolen = signing(&world.admin)[0].id.clone();
            let texts = [issue(world).unwrap(), issue(world).unwrap()];
            if round % 2 == 0 {
                // It signs no more, and its texts are good.
                world.admin.rotate_key(&Author::command_line(), &AT_ONCE).unwrap();
            }
            let (begun, withdrawn) = (AtomicBool::new(false), AtomicBool::new(false));
            let (before, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let (late, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let outcome = std::thread::scope(|scope| {
                for text in &texts {
                    scope.spawn(|| {
                        while late.load(SeqCst) < most && !tally.has_lost() {
                            let after = withdrawn.load(SeqCst);
                            let passed = usize::from(tally.passes(&world.guard, text, arrival) == Some(true));
                            if after {
                                late.fetch_add(1, SeqCst);
                                accepted.fetch_add(passed, SeqCst);
                            } else {
                                before.fetch_add(passed, SeqCst);
                                refused.fetch_add(usize::from(passed == 0 && !begun.load(SeqCst)), SeqCst);
                            }
                        }
                    });
                }
                while before.load(SeqCst) < 200 && refused.load(SeqCst) == 0 && !tally.has_lost() {
                    std::thread::yield_now();
                }
                begun.store(true, SeqCst);
                let outcome = world.admin.withdraw_key(&Author::command_line(), &stolen);
                withdrawn.store(true, SeqCst);
                outcome
            });
            outcome.unwrap();
            assert_eq!(refused.load(SeqCst), 0, "before it was withdrawn: {tally:?}");
            assert_eq!(accepted.load(SeqCst), 0, "of {} calls: {tally:?}", late.load(SeqCst));
        }
        println!("{:?}, {rounds} keys withdrawn: {tally:?}", world.kind());
        tally.ensure_answered(100 * rounds);
    });
}
