//! Changes that meet: whoever is first wins, nothing is half done, and no end is undone.

use std::sync::Barrier;
use std::thread;

use token_admin::{Admin, AdminError, Conflict, EditRole, EditToken, InUse, RevokeToken};
use token_core::{Author, RoleId, StoreError, StoredToken, TokenId, TokenRecord};
use token_guard::Refusal;

use crate::each_store::in_each_world;
use crate::reference::rules;
use crate::world::{World, new_token};

/// How often two calls are made to meet: each time one of them is first, and nobody says which.
const ROUNDS: usize = 20;

#[test]
fn p41_s28_a_revocation_wins_over_an_edit_that_meets_it() {
    in_each_world(|world| {
        meet(world, |round, beside| {
            let made = world.token(&[]);
            let id = made.record.id();
            let (edited, revoked) =
                at_once(|| insist(|| rename(&world.admin, id, 1, "other")), || insist(|| revoke(beside, id)));
            let after = world.admin.token(id).unwrap();
            let name = after.token.grant().name.as_str();
            match &edited {
                // It was first: the revocation went on from the version it left.
                Ok(_) => assert_eq!((name, after.version), ("other", 3), "round {round}"),
                Err(AdminError::Stale { current: 2 }) => assert_eq!((name, after.version), ("application", 2)),
                Err(other) => panic!("{other:?}"),
            }
            assert!(matches!(revoked.unwrap().token, StoredToken::Revoked(_)));
            assert!(matches!(after.token, StoredToken::Revoked(_)), "round {round}: {after:?}");
            assert!(matches!(world.admit(made.text.expose()), Err(Refusal::Revoked)));
            ensure_final(world, &after);
        });
    });
}

/// A late save of the same form, whichever version it names, does not bring the token back.
fn ensure_final(world: &World, ended: &TokenRecord) {
    for version in 1..=ended.version {
        let back = EditToken { revoked: Some(false), ..EditToken::default() };
        let answer = world.admin.edit_token(&Author::command_line(), ended.id(), Some(version), &Ok(back));
        match answer {
            Err(AdminError::Stale { .. }) => assert!(version < ended.version),
            Err(AdminError::Conflict(Conflict::TokenRevoked)) => assert_eq!(version, ended.version),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.admin.token(ended.id()).unwrap(), *ended);
}

#[test]
fn p41_a_reveal_that_meets_a_deletion_shows_the_text_or_nothing() {
    in_each_world(|world| {
        meet(world, |_, beside| {
            let made = world.token(&[]);
            let (id, head) = (made.record.id(), world.head());
            let author = Author::command_line();
            let (shown, deleted) = at_once(
                || insist(|| world.admin.reveal_token(&author, id, None)),
                || insist(|| beside.delete_token(&author, id)),
            );
            let deleted = deleted.unwrap().head;
            let events = world.head().seq.get() - head.seq.get();
            match shown {
                Ok(shown) => {
                    assert_eq!(shown.value.text.expose(), made.text.expose());
                    assert!(shown.head.seq < deleted.seq);
                    assert_eq!(events, 2);
                }
                Err(AdminError::NotFound(_)) => assert_eq!(events, 1),
                Err(other) => panic!("{other:?}"),
            }
            assert!(matches!(world.admin.token(id), Err(AdminError::NotFound(_))));
            assert!(matches!(world.admit(made.text.expose()), Err(Refusal::Invalid)));
        });
    });
}

#[test]
fn p41_of_two_deletions_one_finds_the_token() {
    in_each_world(|world| {
        meet(world, |_, beside| {
            let (id, head) = (world.token(&[]).record.id(), world.head());
            let delete = |node: &Admin| insist(|| node.delete_token(&Author::command_line(), id));
            let (one, other) = at_once(|| delete(&world.admin), || delete(beside));
            let done = match (one, other) {
                (Ok(done), Err(AdminError::NotFound(_))) | (Err(AdminError::NotFound(_)), Ok(done)) => done,
                both => panic!("{both:?}"),
            };
            assert_eq!(world.head().seq, done.head.seq);
            assert_eq!(world.head().seq.get(), head.seq.get() + 1);
        });
    });
}

#[test]
fn p41_no_token_holds_a_role_that_a_deletion_met() {
    in_each_world(|world| {
        meet(world, |round, beside| {
            let in_use = if round % 4 < 2 { InUse::Force } else { InUse::Refuse };
            let role = world.role(&format!("role {round}"), rules(&["allow a:x"]));
            let (created, deleted) = at_once(
                || insist(|| world.admin.create_token(&Author::command_line(), &new_token(&[role]))),
                || insist(|| beside.delete_role(&Author::command_line(), role, in_use)),
            );
            let gone = matches!(world.admin.role(role), Err(AdminError::NotFound(_)));
            match (&created, &deleted, in_use) {
                (Ok(_), Ok(_), InUse::Force) | (Err(AdminError::Invalid(_)), Ok(_), _) => assert!(gone),
                (Ok(_), Err(AdminError::Conflict(Conflict::RoleInUse { tokens: 1, users: 0 })), InUse::Refuse) => {
                    assert!(!gone);
                }
                other => panic!("{other:?}"),
            }
            let Ok(created) = created else { return };
            let record = world.admin.token(created.value.record.id()).unwrap();
            assert_eq!(record.token.grant().roles.contains(&role), !gone, "{record:?}");
            let caller = world.admit(created.value.text.expose()).unwrap();
            assert_eq!(caller.decide(&"a:x".parse().unwrap()).is_allowed(), !gone);
        });
    });
}

#[test]
fn p40_of_two_edits_of_one_version_one_is_saved() {
    in_each_world(|world| {
        let role = world.role("role", rules(&["allow a:x"]));
        let mut version = 1;
        meet(world, |round, beside| {
            let edit = |node: &Admin, name: &str| insist(|| save(node, role, version, name));
            let names = [format!("one {round}"), format!("other {round}")];
            let (one, other) = at_once(|| edit(&world.admin, &names[0]), || edit(beside, &names[1]));
            let saved = match (one, other) {
                (Ok(()), Err(AdminError::Stale { current })) if current == version + 1 => &names[0],
                (Err(AdminError::Stale { current }), Ok(())) if current == version + 1 => &names[1],
                both => panic!("{both:?}"),
            };
            version += 1;
            let stored = world.admin.role(role).unwrap().0;
            assert_eq!((stored.name.as_str(), stored.version), (saved.as_str(), version));
        });
    });
}

#[test]
fn p13_fifty_calls_at_once_end_a_token_for_good() {
    in_each_world(|world| {
        let made = world.token(&[]);
        let (id, head) = (made.record.id(), world.head());
        let (barrier, beside) = (Barrier::new(50), world.beside());
        let call = |number: usize| {
            let node = if number.is_multiple_of(2) { &world.admin } else { &beside };
            barrier.wait();
            match number {
                // Few: whatever comes after a deletion meets nothing.
                45.. => insist(|| node.delete_token(&Author::command_line(), id)).map(|_| "deleted"),
                _ if number.is_multiple_of(3) => insist(|| revoke(node, id)).map(|_| "revoked"),
                // Whatever version is read just before, many saves come from the same.
                _ => insist(|| {
                    let version = node.token(id)?.version;
                    rename(node, id, version, &format!("name {number}"))
                })
                .map(|_| "edited"),
            }
        };
        let answers: Vec<Result<&str, AdminError>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..50).map(|number| scope.spawn(move || call(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count =
            |wanted: &str| answers.iter().filter(|answer| matches!(answer, Ok(done) if *done == wanted)).count();
        for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(matches!(refused, AdminError::NotFound(_) | AdminError::Stale { .. }), "{refused:?}");
        }
        assert_eq!(count("deleted"), 1);
        // One event per save, one for the first of all revocations, one for the deletion.
        let events = usize::try_from(world.head().seq.get() - head.seq.get()).unwrap();
        assert_eq!(events, count("edited") + count("revoked").min(1) + 1, "{answers:?}");
        assert!(matches!(world.admin.token(id), Err(AdminError::NotFound(_))));
        assert!(matches!(world.admit(made.text.expose()), Err(Refusal::Invalid)));
    });
}

fn rename(node: &Admin, id: TokenId, version: u64, name: &str) -> Result<TokenRecord, AdminError> {
    let edit = EditToken { name: Some(name.parse().unwrap()), ..EditToken::default() };
    node.edit_token(&Author::command_line(), id, Some(version), &Ok(edit)).map(|done| done.value)
}

fn revoke(node: &Admin, id: TokenId) -> Result<TokenRecord, AdminError> {
    node.revoke_token(&Author::command_line(), &RevokeToken { id, reason: None }).map(|done| done.value)
}

fn save(node: &Admin, role: RoleId, version: u64, name: &str) -> Result<(), AdminError> {
    let edit = EditRole { name: Some(name.parse().unwrap()), ..EditRole::default() };
    node.edit_role(&Author::command_line(), role, Some(version), &Ok(edit)).map(|_| ())
}

/// Lets calls meet again and again, now on one node, now on two nodes of one database.
fn meet(world: &World, mut test: impl FnMut(usize, &Admin)) {
    let beside = world.beside();
    for round in 0..ROUNDS {
        test(round, if round.is_multiple_of(2) { &world.admin } else { &beside });
    }
}

/// Makes two calls that begin at the same moment.
fn at_once<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let one = scope.spawn(|| {
            barrier.wait();
            one()
        });
        barrier.wait();
        let other = other();
        (one.join().unwrap(), other)
    })
}

/// Makes a call again that the store had no time for: nothing was changed by it.
fn insist<T>(call: impl Fn() -> Result<T, AdminError>) -> Result<T, AdminError> {
    for _ in 0..20 {
        match call() {
            Err(AdminError::Store(StoreError::Busy | StoreError::Unavailable(_))) => {}
            answer => return answer,
        }
    }
    call()
}
