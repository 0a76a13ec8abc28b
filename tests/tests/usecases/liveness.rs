//! The guard accepts a text exactly if all that must hold does: signature, credential, token, key, address, time.

mod state;

use std::cell::RefCell;
use std::collections::BTreeMap;

use token_guard::{Arrival, Question, Refusal};

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

/// Seconds from now, and addresses, that texts are presented at and from.
const SECONDS: [i64; 9] = [-6, -5, -1, 0, 1, 2, 3, 4, 6];
const PEERS: [Option<&str>; 4] = [None, Some("10.20.30.40"), Some("11.20.30.40"), Some("fd00::7")];

#[test]
fn atk_i07_p03_a_question_about_a_text_and_a_call_with_it_have_one_verdict_in_ten_thousand_states() {
    let tally = RefCell::new(BTreeMap::<String, u32>::new());
    let said =
        |verdict: Result<(), &Refusal>| verdict.map_or_else(|refusal| format!("{refusal:?}"), |()| "good".into());
    on_each_store(Cases { sqlite: 180, postgres: 110 }, &any_state(), |world, state| {
        let text = state.bring_about(world);
        for (seconds, peer) in SECONDS.iter().flat_map(|seconds| PEERS.iter().map(move |peer| (seconds, peer))) {
            let call = Arrival { now: world.after(*seconds), peer: peer.map(|peer| peer.parse().unwrap()) };
            let question = Question { call, asked_from: None };
            let asked = world.guard.inspect(&text, question);
            let called = world.guard.admit_text(&text, call);
            let verdict = said(called.as_ref().map(drop));
            assert_eq!(said(asked.verdict.as_ref().map(drop)), verdict, "at {seconds} from {peer:?}");
            if let (Ok(good), Ok(caller)) = (&asked.verdict, &called) {
                assert_eq!(
                    (good.id(), good.credential(), good.name()),
                    (caller.id(), caller.credential(), caller.name())
                );
                assert!(caller.expires_at().is_none_or(|end| good.ends_at().is_some_and(|earlier| earlier <= end)));
            }
            // And out of memory alone, where that is enough.
            if let Some(again) = world.guard.inspect_warm(&text, question) {
                assert_eq!((said(again.verdict.as_ref().map(drop)), again.named), (verdict.clone(), asked.named));
            }
            *tally.borrow_mut().entry(verdict).or_default() += 1;
        }
    });
    let tally = tally.into_inner();
    assert!(10_000 <= tally.values().sum::<u32>(), "{tally:?}");
    for verdict in ["good", "Invalid", "Revoked", "Expired", "Superseded", "Address"] {
        assert!(tally.get(verdict).is_some_and(|times| 100 <= *times), "{verdict}: {tally:?}");
    }
}

/// Brings the state about and presents the text.
fn present(world: &World, state: &State) -> Result<(), Refusal> {
    let text = state.bring_about(world);
    let arrival = Arrival { now: world.now(), peer: state.address.peer() };
    world.guard.admit_text(&text, arrival).map(|_| ())
}
