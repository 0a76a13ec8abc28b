//! Readings of a token while events are applied.

use shuttle::sync::atomic::{AtomicUsize, Ordering};
use token_core::StoreError;

use super::*;

/// One asks, another joins, an event is applied, and whoever looks after that must see what it did.
fn race(fill: fn(&World) -> Known) {
    let world = Arc::new(World::new());
    let asks = |world: &Arc<World>| -> Box<dyn FnOnce() + Send> {
        let world = Arc::clone(world);
        Box::new(move || {
            let applied = world.memory.published().head.seq.get();
            let known = world.memory.token(token()).unwrap_or_else(|| fill(&world));
            assert!(
                applied <= version_of(&known),
                "event {applied} is applied, and version {} is used",
                version_of(&known)
            );
        })
    };
    let follows = Arc::clone(&world);
    at_once(vec![
        asks(&world),
        asks(&world),
        Box::new(move || {
            follows.commit();
            follows.follow();
        }),
    ]);
    let known = world.kept_or_filled();
    assert_eq!(version_of(&known), 1, "in the end");
}

#[test]
fn x01_what_was_read_before_an_event_is_used_by_nobody_after_it() {
    holds(|| race(World::fill));
}

/// Keeps what it read, whatever was applied meanwhile.
fn unmarked(world: &World) -> Known {
    let read = world.read();
    let known = Known::new(read.head.seq, read.value, &world.memory.usage);
    world.memory.tokens.insert(token(), known.clone());
    known
}

#[test]
fn x01_a_reading_that_nobody_can_mark_as_overtaken_is_caught() {
    is_caught(|| race(unmarked));
}

#[test]
fn many_who_ask_at_once_share_one_reading() {
    holds(|| {
        let (world, readings) = (Arc::new(World::new()), Arc::new(AtomicUsize::new(0)));
        let asks = || -> Box<dyn FnOnce() + Send> {
            let (world, readings) = (Arc::clone(&world), Arc::clone(&readings));
            Box::new(move || {
                let known = world.memory.fill(token(), || {
                    readings.fetch_add(1, Ordering::SeqCst);
                    Ok(world.read())
                });
                assert_eq!(version_of(&known.unwrap()), 0);
            })
        };
        at_once(vec![asks(), asks(), asks()]);
        assert!(world.memory.fills.lock().unwrap().is_empty());
        assert_eq!(readings.load(Ordering::SeqCst), 1, "whoever comes after it finds what it read");
    });
}

#[test]
fn p17_whoever_joined_a_reading_that_failed_asks_itself() {
    holds(|| {
        let (world, failures) = (Arc::new(World::new()), Arc::new(AtomicUsize::new(0)));
        let asks = || -> Box<dyn FnOnce() + Send> {
            let (world, failures) = (Arc::clone(&world), Arc::clone(&failures));
            Box::new(move || {
                let known = world.memory.fill(token(), || match failures.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(StoreError::Busy),
                    _ => Ok(world.read()),
                });
                if let Ok(known) = known {
                    assert_eq!(version_of(&known), 0);
                }
            })
        };
        at_once(vec![asks(), asks(), asks()]);
        assert!(world.memory.token(token()).is_some());
        assert!(world.memory.fills.lock().unwrap().is_empty());
    });
}
