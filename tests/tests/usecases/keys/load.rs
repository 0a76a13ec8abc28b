//! Keys that follow each other and end while very many calls are judged.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, RwLock};

use token_admin::{Begin, RotateKey};
use token_core::Author;
use token_guard::{Arrival, Guard, Refusal};

use super::signing;
use crate::each_store::in_each_world;
use crate::world::{World, new_token};

/// On each of two kinds of database.
const CALLS: usize = 60_000;
const ROTATIONS: usize = 20;
const CALLERS: usize = 2;

const AT_ONCE: RotateKey = RotateKey { algorithm: None, begin: Begin::Now };

fn issue(world: &World) -> Arc<str> {
    world.admin.create_token(&Author::command_line(), &new_token(&[])).unwrap().value.text.expose().into()
}

/// Whether a call passes. A guard that nobody follows for asks the database itself, and on a machine that is too busy for
/// that it tells the caller to come again, which the caller does: that is neither yes nor no.
fn passes(guard: &Guard, text: &str, arrival: Arrival) -> bool {
    loop {
        match guard.admit_text(text, arrival) {
            Ok(_) => return true,
            Err(Refusal::Stale(_) | Refusal::Unavailable(_)) => std::thread::yield_now(),
            Err(_) => return false,
        }
    }
}

#[test]
fn p50_of_more_than_a_hundred_thousand_calls_during_rotations_none_is_refused() {
    in_each_world(|world| {
        let world = &*world;
        let arrival = Arrival { now: world.now(), peer: None };
        let texts = RwLock::new(vec![issue(world)]);
        let (calls, refused, rotations) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (texts, calls, refused, rotations) = (&texts, &calls, &refused, &rotations);
                let guard = &world.guard;
                scope.spawn(move || {
                    let mut next = caller;
                    while calls.fetch_add(1, SeqCst) < CALLS || rotations.load(SeqCst) < ROTATIONS {
                        let text = {
                            let texts = texts.read().unwrap();
                            // Every other time the one that was just handed out.
                            let which = if next.is_multiple_of(2) { texts.len() - 1 } else { next / 2 % texts.len() };
                            Arc::clone(&texts[which])
                        };
                        refused.fetch_add(usize::from(!passes(guard, &text, arrival)), SeqCst);
                        next += 1;
                    }
                });
            }
            while rotations.load(SeqCst) < ROTATIONS || calls.load(SeqCst) < CALLS {
                world.admin.rotate_key(&Author::command_line(), &AT_ONCE).unwrap();
                let text = issue(world);
                texts.write().unwrap().push(text);
                rotations.fetch_add(1, SeqCst);
            }
        });
        assert_eq!(refused.load(SeqCst), 0, "of {} calls", calls.load(SeqCst));
        let texts = texts.into_inner().unwrap();
        assert!(texts.iter().all(|text| passes(&world.guard, text, arrival)), "old texts stay good");
    });
}

#[test]
fn p51_no_call_that_begins_after_its_key_was_withdrawn_is_accepted() {
    in_each_world(|world| {
        let world = &*world;
        let arrival = Arrival { now: world.now(), peer: None };
        for round in 0..10 {
            world.admin.rotate_key(&Author::command_line(), &AT_ONCE).unwrap();
            let stolen = signing(&world.admin)[0].id.clone();
            let texts = [issue(world), issue(world)];
            if round % 2 == 0 {
                // It signs no more, and its texts are good.
                world.admin.rotate_key(&Author::command_line(), &AT_ONCE).unwrap();
            }
            let withdrawn = AtomicBool::new(false);
            let (before, late, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for text in &texts {
                    scope.spawn(|| {
                        while late.load(SeqCst) < 2_000 {
                            let after = withdrawn.load(SeqCst);
                            let passed = usize::from(passes(&world.guard, text, arrival));
                            if after {
                                late.fetch_add(1, SeqCst);
                                accepted.fetch_add(passed, SeqCst);
                            } else {
                                before.fetch_add(passed, SeqCst);
                            }
                        }
                    });
                }
                while before.load(SeqCst) < 200 {
                    std::thread::yield_now();
                }
                world.admin.withdraw_key(&Author::command_line(), &stolen).unwrap();
                withdrawn.store(true, SeqCst);
            });
            assert_eq!(accepted.load(SeqCst), 0, "of {} calls", late.load(SeqCst));
        }
    });
}
