//! Bits of an embedded database that turned over: it is refused with a reason, or everything that was taken away stays
//! taken away.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use token_admin::RevokeToken;
use token_core::{Author, Clock, GuardSource, NodeId, Store as _};
use token_guard::{Arrival, Follow, Guard};
use token_seal::MasterKey;
use token_store::{DatabaseUrl, StoreOptions, TokenStore, ensure_whole};
use token_testkit::{FixedClock, Kind};

use crate::world::World;

const ROUNDS: u64 = 200;

/// A small generator: the rounds are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// What a server does with such a file: `None` if it refuses it.
fn started(
    url: &DatabaseUrl,
    master: &Arc<MasterKey>,
    clock: &Arc<FixedClock>,
    world: &World,
) -> Option<(Guard, bool)> {
    ensure_whole(url).ok()?;
    let options = StoreOptions { readers: 1, master: Some(Arc::clone(master)) };
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let store = Arc::new(TokenStore::open(url, &options, clock, world.randomness.as_ref()).ok()?);
    let good_log = store.verify_log().is_ok_and(|verdict| verdict.broken.is_none());
    let follow = Follow::new(NodeId([255; 16]), Duration::from_secs(1));
    Some((Guard::open(store as Arc<dyn GuardSource>, follow).ok()?, good_log))
}

#[test]
fn p26_after_two_hundred_flips_of_bits_a_start_fails_or_what_ended_stays_ended() {
    let world = World::fresh(Kind::Sqlite);
    let author = Author::command_line();
    let role = world.role("reader", vec!["allow assets:read".parse().unwrap()]);
    let texts: Vec<_> = (0..40).map(|_| world.token(&[role])).collect();
    let (ended, live) = texts.split_at(20);
    for (number, token) in ended.iter().enumerate() {
        let id = token.record.id();
        world.admin.revoke_token(&author, &RevokeToken { id, reason: None }).unwrap();
        if number % 2 == 0 {
            world.admin.delete_token(&author, id).unwrap();
        }
    }
    let (file, master, clock) = (world.file(), Arc::clone(&world.master), Arc::clone(&world.clock));
    world.checkpoint();
    let whole = fs::read(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let (mut refused, mut broken, mut unnoticed) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mut bytes = whole.clone();
        for _ in 0..=dice.roll(4) {
            let place = dice.roll(bytes.len());
            bytes[place] ^= 1 << dice.roll(8);
        }
        let path = folder.path().join(format!("{round}.db"));
        fs::write(&path, bytes).unwrap();
        match started(&DatabaseUrl::sqlite(&path), &master, &clock, &world) {
            None => refused += 1,
            Some((guard, good_log)) => {
                let arrival = Arrival { now: world.now(), peer: None };
                for token in ended {
                    assert!(guard.admit_text(token.text.expose(), arrival).is_err(), "round {round}");
                }
                let passing =
                    live.iter().filter(|token| guard.admit_text(token.text.expose(), arrival).is_ok()).count();
                if good_log && passing == live.len() { unnoticed += 1 } else { broken += 1 }
            }
        }
        let _ = fs::remove_file(&path);
    }
    println!("{refused} refused, {broken} told or refusing calls, {unnoticed} without a trace in what was asked");
    assert!(0 < refused && 0 < broken, "the flips did something: {refused} {broken}");

    // A file that was cut is refused, wherever.
    for part in 1..10 {
        let path = folder.path().join(format!("cut-{part}.db"));
        fs::write(&path, &whole[..whole.len() * part / 10]).unwrap();
        assert!(started(&DatabaseUrl::sqlite(&path), &master, &clock, &world).is_none(), "{part} tenths");
    }
}
