//! A token's life, call by call, against a model that fits on one page: same answers, same rows, same callers let in.

mod model;
mod steps;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use token_core::{StoredToken, TokenRecord, UnixSeconds};
use token_guard::Refusal;

use crate::each_store::{Cases, on_each_store};
use crate::world::World;
use model::{Admission, Known, Model};
use steps::{any_step, run};

#[test]
fn p13_s24_s28_s31_a_token_lives_as_in_the_model_and_no_id_is_used_twice() {
    let answers = RefCell::new(BTreeMap::<String, u32>::new());
    // Over all cases and both databases: the worlds draw their ids from different seeds, and go on drawing.
    let used = RefCell::new(BTreeSet::<String>::new());
    let cases = Cases { sqlite: 120, postgres: 50 };
    on_each_store(cases, &proptest::collection::vec(any_step(), 5..25), |world, steps| {
        let mut model = Model::new(world.now().get());
        for step in steps {
            let head = world.head();
            let (expected, given) = run(world, &mut model, &step);
            assert_eq!(given, expected, "{step:?}");
            let events = world.head().seq.get() - head.seq.get();
            assert_eq!(events, u64::from(expected.is_event()), "{step:?}: {expected:?}");
            *answers.borrow_mut().entry(format!("{} {}", step.name(), expected.name())).or_default() += 1;
            compare(world, &model);
        }
        for token in model.tokens {
            for id in [token.id.to_string(), token.credential.to_string()] {
                assert!(used.borrow_mut().insert(id), "an id was used before: {token:?}");
            }
        }
    });
    ensure_not_vacuous(&answers.into_inner());
}

fn compare(world: &World, model: &Model) {
    let rows = world.rows().tokens;
    let listed = model.tokens.iter().filter(|token| !token.deleted);
    let mut stored: Vec<Row> = rows.iter().map(row).collect();
    stored.sort_by_key(|row| row.0.clone());
    let mut known: Vec<Row> = listed.map(known_row).collect();
    known.sort_by_key(|row| row.0.clone());
    assert_eq!(stored, known);
    for token in &model.tokens {
        let admitted = match world.admit(&token.text) {
            Ok(caller) => {
                assert_eq!((caller.id(), caller.credential()), (token.id, token.credential));
                Admission::Admitted
            }
            Err(Refusal::Invalid) => Admission::Invalid,
            Err(Refusal::Revoked) => Admission::Revoked,
            Err(Refusal::Expired) => Admission::Expired,
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(admitted, model.admission(token), "{token:?} at {}", model.now);
    }
}

/// Id, credential, name, version, end of life, and how it was ended.
type Row = (String, String, String, u64, Option<i64>, Option<(i64, Option<String>)>);

fn row(record: &TokenRecord) -> Row {
    let grant = record.token.grant();
    let ended = match &record.token {
        StoredToken::Unrevoked(_) => None,
        StoredToken::Revoked(token) => {
            Some((token.end().at.get(), token.end().reason.as_ref().map(|reason| reason.as_str().to_owned())))
        }
    };
    (
        grant.id.to_string(),
        grant.credentials.newest().id.to_string(),
        grant.name.as_str().to_owned(),
        record.version,
        grant.expires_at.map(UnixSeconds::get),
        ended,
    )
}

fn known_row(token: &Known) -> Row {
    (
        token.id.to_string(),
        token.credential.to_string(),
        token.name.clone(),
        token.version,
        token.ends,
        token.ended.clone(),
    )
}

fn ensure_not_vacuous(answers: &BTreeMap<String, u32>) {
    for case in [
        "create done",
        "create invalid",
        "edit done",
        "edit unchanged",
        "edit not found",
        "edit version required",
        "edit stale",
        "edit conflict",
        "edit invalid",
        "revoke done",
        "revoke unchanged",
        "revoke not found",
        "delete done",
        "delete not found",
        "reveal shown",
        "reveal not found",
        "reveal conflict",
    ] {
        assert!(answers.get(case).is_some_and(|times| 5 <= *times), "too little of `{case}`: {answers:?}");
    }
}
