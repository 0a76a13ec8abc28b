//! The guard accepts a text exactly if all that must hold does: signature, credential, token, key, address, time.

mod state;

use std::cell::RefCell;
use std::collections::BTreeMap;

use token_guard::{Arrival, Refusal};

use crate::each_store::{Cases, in_each_world, on_each_store};
use crate::world::World;
use state::{Address, End, Key, Signature, Standing, State, Told, any_state};

#[test]
fn p03_s35_a_text_passes_exactly_if_every_predicate_holds() {
    let tally = RefCell::new(BTreeMap::<usize, u32>::new());
    on_each_store(Cases { sqlite: 300, postgres: 120 }, &any_state(), |world, state| {
        let failing = state.failing();
        let admitted = present(world, &state);
        assert_eq!(admitted.is_ok(), failing == 0, "{failing} predicates fail, and the guard says {admitted:?}");
        *tally.borrow_mut().entry(failing).or_default() += 1;
    });
    let tally = tally.into_inner();
    for failing in 0..3 {
        assert!(tally.get(&failing).is_some_and(|times| 10 <= *times), "failing predicates, cases: {tally:?}");
    }
}

#[test]
fn p03_p51_each_predicate_alone_refuses() {
    let good = State::good;
    let cases: Vec<(State, &str)> = vec![
        (good(), "admitted"),
        (State { signature: Signature::Flipped, ..good() }, "invalid"),
        (State { signature: Signature::OfOtherKey, ..good() }, "invalid"),
        (State { told: Told::OtherToken, ..good() }, "invalid"),
        (State { told: Told::OtherCredential, ..good() }, "invalid"),
        (State { told: Told::OtherIssuedAt, ..good() }, "invalid"),
        (State { told: Told::OtherExpiry, ..good() }, "invalid"),
        (State { told: Told::OtherIssuer, ..good() }, "invalid"),
        (State { told: Told::OtherAudience, ..good() }, "invalid"),
        (State { standing: Standing::Revoked, ..good() }, "revoked"),
        (State { standing: Standing::Deleted, ..good() }, "invalid"),
        (State { key: Key::Retired, ..good() }, "admitted"),
        (State { key: Key::Withdrawn, ..good() }, "invalid"),
        (State { address: Address::Inside, ..good() }, "admitted"),
        (State { address: Address::Outside, ..good() }, "address"),
        (State { address: Address::Unknown, ..good() }, "address"),
        (State { token_ends: Some(1), ..good() }, "admitted"),
        (State { token_ends: Some(0), ..good() }, "expired"),
        (State { text_ends: Some(1), ..good() }, "admitted"),
        (State { text_ends: Some(0), ..good() }, "expired"),
        (State { text_ends: Some(-5), ..good() }, "expired"),
        (State { superseded: End::At(1), ..good() }, "admitted"),
        (State { superseded: End::At(0), ..good() }, "superseded"),
        (State { superseded: End::OnFirstUse(1), ..good() }, "admitted"),
        (State { superseded: End::OnFirstUse(0), ..good() }, "superseded"),
        (State { superseded: End::Used, ..good() }, "superseded"),
    ];
    in_each_world(|world| {
        for (state, expected) in &cases {
            let said = match present(world, state) {
                Ok(()) => "admitted",
                Err(Refusal::Invalid) => "invalid",
                Err(Refusal::Revoked) => "revoked",
                Err(Refusal::Expired) => "expired",
                Err(Refusal::Superseded) => "superseded",
                Err(Refusal::Address) => "address",
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(said, *expected, "{state:?}");
            assert_eq!(*expected == "admitted", state.failing() == 0, "{state:?}");
        }
    });
}

/// Brings the state about and presents the text.
fn present(world: &World, state: &State) -> Result<(), Refusal> {
    let text = state.bring_about(world);
    let arrival = Arrival { now: world.now(), peer: state.address.peer() };
    world.guard.admit_text(&text, arrival).map(|_| ())
}
