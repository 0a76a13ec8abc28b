//! When a key that is published begins to sign, to the second, and that it does once.

mod load;

use std::sync::Barrier;

use token_admin::{Admin, AdminError, Begin, Conflict, RotateKey};
use token_core::{Author, KeyState, PublicKey};

use crate::each_store::in_each_world;
use crate::world::World;

const NEXT: RotateKey = RotateKey { algorithm: None, begin: Begin::Published };

fn rotate(world: &World) -> PublicKey {
    world.admin.rotate_key(&Author::command_line(), &NEXT).unwrap().value
}

fn signing(admin: &Admin) -> Vec<PublicKey> {
    admin.keys().unwrap().into_iter().filter(|key| key.state == KeyState::Signing).collect()
}

#[test]
fn p50_a_key_signs_from_its_second_on_and_not_before() {
    in_each_world(|world| {
        let before = signing(&world.admin);
        let next = rotate(world);
        let from = world.admin.signs_from(&next).unwrap();
        assert_eq!(from.get(), next.created_at.get() + 301);
        for seconds in [0, 299, 1] {
            world.clock.advance(seconds);
            assert_eq!(world.admin.promote_key(&Author::system()).unwrap(), None);
            assert_eq!(signing(&world.admin), before);
        }
        world.clock.advance(1);
        let promoted = world.admin.promote_key(&Author::system()).unwrap().unwrap();
        assert_eq!((&promoted.id, promoted.state), (&next.id, KeyState::Signing));
        assert_eq!(signing(&world.admin), [promoted]);
        assert_eq!(world.admin.promote_key(&Author::system()).unwrap(), None, "once");
        assert_eq!(world.admin.signs_from(&signing(&world.admin)[0]), None);
    });
}

#[test]
fn p50_of_many_that_look_at_once_one_lets_the_key_sign() {
    in_each_world(|world| {
        for _ in 0..10 {
            rotate(world);
            world.clock.advance(301);
            let begun = Barrier::new(4);
            let nodes = [&world.admin, &world.admin, &world.admin, &world.admin];
            let promoted: usize = std::thread::scope(|scope| {
                let looks = nodes.map(|node| {
                    let begun = &begun;
                    scope.spawn(move || {
                        begun.wait();
                        usize::from(node.promote_key(&Author::system()).unwrap().is_some())
                    })
                });
                looks.into_iter().map(|look| look.join().unwrap()).sum()
            });
            assert_eq!((promoted, signing(&world.admin).len()), (1, 1));
        }
    });
}

#[test]
fn only_one_key_waits_at_a_time_however_many_are_asked_for() {
    in_each_world(|world| {
        let made: usize = std::thread::scope(|scope| {
            let asked = [0; 6].map(|_| {
                scope.spawn(|| match world.admin.rotate_key(&Author::command_line(), &NEXT) {
                    Ok(_) => 1,
                    Err(AdminError::Conflict(Conflict::KeyWaits)) => 0,
                    Err(other) => panic!("{other}"),
                })
            });
            asked.into_iter().map(|asked| asked.join().unwrap()).sum()
        });
        assert_eq!(made, 1);
        assert_eq!(world.admin.keys().unwrap().len(), 2);
    });
}
