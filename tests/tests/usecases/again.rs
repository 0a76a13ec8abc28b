//! What a thread has admitted before is worth nothing as soon as anything has happened.

use std::sync::Arc;
use std::time::Duration;

use token_admin::{EditToken, NewToken, OldEnds, RevokeToken, RotateToken};
use token_core::{AllowedNetworks, Author, BootClock, GuardSource, NodeId, Permission, TokenId, UsageDay};
use token_guard::{Arrival, Follow, Guard, Refusal};
use token_testkit::Kind;

use crate::hand::Hand;
use crate::world::{World, call, from_memory, new_token};

fn revoke(world: &World, id: TokenId) {
    world.admin.revoke_token(&Author::command_line(), &RevokeToken { id, reason: None }).unwrap();
}

#[test]
fn p11_whatever_happens_a_call_made_before_is_judged_anew() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let world = World::fresh(kind);
        let author = Author::command_line();
        let read: Permission = "assets:read".parse().unwrap();
        let role = world.role("reader", vec!["allow assets:read".parse().unwrap()]);
        let made = world.token(&[role]);
        let (id, text) = (made.record.id(), made.text.expose().to_owned());
        let arrival = Arrival { now: world.now(), peer: Some([10, 0, 0, 1].into()) };
        let call = || call(&world.guard, &text, arrival);
        let applied = || world.guard.look().unwrap();
        applied();
        for _ in 0..3 {
            call().unwrap().require(&read).unwrap();
        }

        world.set_rules(role, vec!["deny assets:read".parse().unwrap()]);
        applied();
        assert!(call().unwrap().require(&read).is_err(), "narrowed on {kind:?}");
        world.set_rules(role, vec!["allow assets:*".parse().unwrap()]);
        applied();
        assert!(call().unwrap().require(&read).is_ok(), "widened on {kind:?}");

        let networks = Some(AllowedNetworks::parse(["192.0.2.0/24"]).unwrap());
        let edit = EditToken { allowed_networks: Some(networks), ..EditToken::default() };
        let edited = world.admin.edit_token(&author, id, Some(1), &Ok(edit)).unwrap().value;
        applied();
        assert!(matches!(call(), Err(Refusal::Address)), "elsewhere on {kind:?}");
        let edit = EditToken { allowed_networks: Some(None), ..EditToken::default() };
        world.admin.edit_token(&author, id, Some(edited.version), &Ok(edit)).unwrap();
        applied();
        assert!(call().is_ok());

        // Another token's change makes it no worse.
        let _ = world.token(&[]);
        applied();
        assert!(call().is_ok());

        revoke(&world, id);
        applied();
        assert!(matches!(call(), Err(Refusal::Revoked)), "revoked on {kind:?}");
    }
}

#[test]
fn p02_s24_time_ends_what_was_admitted_before_in_that_very_second() {
    let world = World::fresh(Kind::Sqlite);
    let author = Author::command_line();
    let made = world.token(&[]);
    let (id, first) = (made.record.id(), made.text.expose().to_owned());
    let rotate = RotateToken { expires_at: Some(Some(world.after(60))), old_ends: OldEnds::At(world.after(30)) };
    let second = world.admin.rotate_token(&author, id, &Ok(rotate)).unwrap().value.text.expose().to_owned();
    world.guard.look().unwrap();
    let at = |seconds, text| {
        call(&world.guard, text, Arrival { now: world.after(seconds), peer: None })
            .err()
            .map(|refusal| format!("{refusal:?}"))
    };
    assert_eq!((at(29, &first), at(29, &second)), (None, None));
    assert_eq!((at(29, &first), at(30, &first).as_deref()), (None, Some("Superseded")));
    assert_eq!((at(59, &second), at(60, &second).as_deref()), (None, Some("Expired")));
    assert_eq!(at(59, &second), None, "nothing is final but what is stored");
}

#[test]
fn atk_n_a_token_of_some_networks_is_looked_at_from_each_address() {
    let world = World::fresh(Kind::Sqlite);
    let networks = Some(AllowedNetworks::parse(["10.0.0.0/8"]).unwrap());
    let new = NewToken { allowed_networks: networks, ..new_token(&[]) };
    let made = world.admin.create_token(&Author::command_line(), &new).unwrap().value;
    world.guard.look().unwrap();
    for (address, admitted) in [([10, 0, 0, 1], true), ([192, 0, 2, 1], false), ([10, 0, 0, 1], true)] {
        let arrival = Arrival { now: world.now(), peer: Some(address.into()) };
        assert_eq!(call(&world.guard, made.text.expose(), arrival).is_ok(), admitted, "{address:?}");
    }
}

#[test]
fn p10_what_was_admitted_before_is_worth_nothing_to_a_guard_that_is_not_fresh_nor_to_another() {
    let world = World::fresh(Kind::Sqlite);
    let made = world.token(&[]);
    let (boot, lease) = (Arc::new(Hand::new()), Duration::from_secs(1));
    let source = Arc::clone(&world.store) as Arc<dyn GuardSource>;
    let open = |node| {
        let follow = Follow { boot: Arc::clone(&boot) as Arc<dyn BootClock>, ..Follow::new(NodeId([node; 16]), lease) };
        let guard = Guard::open(Arc::clone(&source), follow).unwrap();
        guard.round().unwrap();
        guard.round().unwrap();
        guard
    };
    let (one, other) = (open(1), open(2));
    let arrival = Arrival { now: world.now(), peer: None };
    let warm = |guard: &Guard| from_memory(guard, made.text.expose(), arrival).is_some_and(|admitted| admitted.is_ok());
    assert!(!warm(&one) && one.admit_text(made.text.expose(), arrival).is_ok());
    assert!(warm(&one) && warm(&one), "kept");
    assert!(!warm(&other), "a guard knows what it was asked itself");
    boot.pass(Duration::from_millis(1_500));
    assert!(!warm(&one), "nobody has followed for longer than a lease");
    one.round().unwrap();
    assert!(warm(&one), "and here it goes on");
}

#[test]
fn x09_calls_admitted_again_are_counted_like_all_others_on_every_thread() {
    let world = World::fresh(Kind::Sqlite);
    let made = world.token(&[]);
    world.guard.look().unwrap();
    let calls = |count: i64, address: [u8; 4]| {
        for second in 0..count {
            let arrival = Arrival { now: world.after(second), peer: Some(address.into()) };
            assert!(call(&world.guard, made.text.expose(), arrival).is_ok());
        }
    };
    let taken = || world.guard.take_usage(UsageDay::of(world.now()));
    calls(7, [10, 0, 0, 1]);
    std::thread::scope(|scope| {
        scope.spawn(|| calls(5, [10, 0, 0, 2]));
        scope.spawn(|| calls(9, [10, 0, 0, 1]));
    });
    let [usage] = taken().try_into().unwrap();
    assert_eq!((usage.counts.admitted, usage.last_used, usage.addresses.len()), (21, Some(world.after(8)), 2));
    assert_eq!(taken(), []);
    calls(3, [10, 0, 0, 1]);
    let [usage] = taken().try_into().unwrap();
    assert_eq!((usage.counts.admitted, usage.last_used, usage.addresses.len()), (3, Some(world.after(2)), 1));
}
