//! Calls that look at token, rules and freshness while events are applied.

use shuttle::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;

/// Whether a call may go by what it saw, at this instant.
type Check = fn(&Memory, &Published, Boot) -> bool;

/// Every event changes token and rules together. What a call goes by belongs together.
fn torn(follow: fn(&World), belongs: fn(&Known, &Published) -> bool) {
    let world = Arc::new(World::new());
    world.memory.believe(Boot::new(10));
    let calls = |world: &Arc<World>| -> Box<dyn FnOnce() + Send> {
        let world = Arc::clone(world);
        Box::new(move || {
            for _ in 0..2 {
                let published = Arc::clone(&world.memory.published());
                let known = world.kept_or_filled();
                if belongs(&known, &published) && world.memory.holds(&published, Boot::new(1)) {
                    assert_eq!(
                        version_of(&known),
                        published.policy.as_of.get(),
                        "token and rules are not of one state"
                    );
                }
            }
        })
    };
    let follows = Arc::clone(&world);
    at_once(vec![
        calls(&world),
        calls(&world),
        Box::new(move || {
            for _ in 0..2 {
                follows.commit();
                follow(&follows);
            }
        }),
    ]);
}

fn is_applied(known: &Known, published: &Published) -> bool {
    known.as_of() <= published.head.seq
}

#[test]
fn x01_one_call_sees_one_state_of_token_and_rules() {
    holds(|| torn(World::follow, is_applied));
}

#[test]
fn x01_a_call_by_a_token_that_is_ahead_of_the_rules_is_caught() {
    is_caught(|| torn(World::follow, |_, _| true));
}

#[test]
fn x01_publishing_before_forgetting_is_caught() {
    is_caught(|| {
        let publishes_first = |world: &World| {
            let seq = *world.log.lock().unwrap();
            world.memory.apply(&Touches::default(), rules(seq));
            world.follow();
        };
        torn(publishes_first, is_applied);
    });
}

/// A node is cut off while a change is made and waited for until the node cannot be fresh any more. Then it follows again,
/// just when a call comes that was sent after the answer.
fn late(check: Check) {
    let world = Arc::new(World::new());
    let (clock, answered) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    world.memory.believe(Boot::new(10));
    let _ = world.fill();
    let calls = {
        let (world, clock, answered) = (Arc::clone(&world), Arc::clone(&clock), Arc::clone(&answered));
        move || {
            let sent_after = answered.load(Ordering::SeqCst);
            let published = Arc::clone(&world.memory.published());
            let known = world.kept_or_filled();
            let now = Boot::new(clock.load(Ordering::SeqCst));
            if known.as_of() <= published.head.seq && check(&world.memory, &published, now) {
                assert!(!sent_after || version_of(&known) == 1, "it passes by what was before the change");
            }
        }
    };
    let changes = move || {
        world.commit();
        clock.store(11, Ordering::SeqCst);
        answered.store(true, Ordering::SeqCst);
        world.follow();
        world.memory.believe(Boot::new(21));
    };
    at_once(vec![Box::new(calls), Box::new(changes)]);
}

#[test]
fn x01_freshness_of_a_later_round_is_not_lent_to_what_was_seen_before_it() {
    holds(|| late(Memory::holds));
}

#[test]
fn x01_a_call_that_looks_at_freshness_last_is_caught() {
    is_caught(|| {
        late(|memory, published, now| {
            let still = memory.applied.load(Ordering::SeqCst) == published.mark();
            still && memory.is_fresh(now)
        });
    });
}

#[test]
fn x01_a_call_that_does_not_look_whether_anything_was_applied_is_caught() {
    is_caught(|| late(|memory, _, now| memory.is_fresh(now)));
}

#[test]
fn x01_a_call_that_does_not_look_at_freshness_is_caught() {
    is_caught(|| late(|memory, published, _| memory.applied.load(Ordering::SeqCst) == published.mark()));
}
