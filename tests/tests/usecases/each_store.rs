//! Properties over real stores: one world on each kind of database, emptied before every case.

use std::cell::RefCell;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use token_testkit::Kind;

use crate::world::World;

/// How many cases a kind of database gets: a write costs more on a server than in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cases {
    pub(crate) sqlite: u32,
    pub(crate) postgres: u32,
}

/// Tries a property; on every kind of database the log is good afterwards.
///
/// # Panics
///
/// With the smallest value found for which `test` panics.
pub(crate) fn on_each_store<S: Strategy>(cases: Cases, values: &S, test: impl Fn(&mut World, S::Value)) {
    for (kind, cases) in [(Kind::Sqlite, cases.sqlite), (Kind::Postgres, cases.postgres)] {
        let world = RefCell::new(World::fresh(kind));
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
        let outcome = TestRunner::new(config).run(values, |value| {
            let mut world = world.borrow_mut();
            world.clear();
            test(&mut world, value);
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("on {kind:?}: {error}");
        }
        world.borrow().ensure_good_log();
    }
}

/// A fresh world on each kind of database; the log is good afterwards.
pub(crate) fn in_each_world(test: impl Fn(&mut World)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let mut world = World::fresh(kind);
        test(&mut world);
        world.ensure_good_log();
    }
}
