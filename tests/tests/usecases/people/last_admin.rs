//! Somebody always holds the role `admin` and can sign in.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use token_admin::{Admin, AdminError, Conflict, Done, EditRole, NewUser};
use token_core::{Author, UserId, UserRecord};

use super::{ADMIN, author, disabled, edit, insist, new, person, roles};
use crate::each_store::in_each_world;

/// How often two calls are made to meet.
const ROUNDS: usize = 10;

#[test]
fn t04_atk_a23_the_last_person_with_admin_keeps_it() {
    in_each_world(|world| {
        let line = Author::command_line();
        let ada = person(world, "ada", &[ADMIN]);
        let is_last = |answer: Result<Done<UserRecord>, AdminError>| {
            assert!(matches!(answer, Err(AdminError::Conflict(Conflict::LastAdmin))), "{answer:?}");
        };
        let ensure_kept = || {
            for author in [&line, &author(&ada)] {
                is_last(edit(&world.admin, author, ada.id(), roles(&[])));
                is_last(edit(&world.admin, author, ada.id(), disabled()));
                is_last(world.admin.delete_user(author, ada.id()));
                let nobody = EditRole { users: Some(BTreeSet::new()), ..EditRole::default() };
                let version = world.admin.role(ADMIN).unwrap().0.version;
                let emptied = world.admin.edit_role(author, ADMIN, Some(version), &Ok(nobody));
                assert!(matches!(emptied, Err(AdminError::Conflict(Conflict::LastAdmin))), "{emptied:?}");
            }
        };
        ensure_kept();
        // Whoever cannot sign in is nobody to leave it to.
        let unable = person(world, "unable", &[ADMIN]);
        edit(&world.admin, &line, unable.id(), disabled()).unwrap();
        ensure_kept();
        let mute = NewUser { password: None, ..new("mute", &[ADMIN]) };
        let _ = world.admin.create_user(&line, &Ok(mute)).unwrap();
        ensure_kept();
        let _ = person(world, "bob", &[ADMIN]);
        edit(&world.admin, &line, ada.id(), roles(&[])).unwrap();
    });
}

#[test]
fn p41_atk_a23_of_two_who_take_admin_from_each_other_one_keeps_it() {
    in_each_world(|world| {
        let (beside, line) = (world.beside(), Author::command_line());
        let mut survivor: Option<UserId> = None;
        for round in 0..ROUNDS {
            let ada = person(world, &format!("ada {round}"), &[ADMIN]);
            let bob = person(world, &format!("bob {round}"), &[ADMIN]);
            if let Some(before) = survivor.take() {
                world.admin.delete_user(&line, before).unwrap();
            }
            let take = |admin: &Admin, by: &UserRecord, from: &UserRecord| match round % 3 {
                0 => edit(admin, &author(by), from.id(), roles(&[])),
                1 => edit(admin, &author(by), from.id(), disabled()),
                _ => admin.delete_user(&author(by), from.id()),
            };
            let barrier = Barrier::new(2);
            let meet = |admin: &Admin, by: &UserRecord, from: &UserRecord| {
                barrier.wait();
                insist(|| take(admin, by, from))
            };
            let (one, other) = thread::scope(|scope| {
                let one = scope.spawn(|| meet(&world.admin, &ada, &bob));
                let other = scope.spawn(|| meet(&beside, &bob, &ada));
                (one.join().unwrap(), other.join().unwrap())
            });
            let refused = match (one, other) {
                (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
                both => panic!("round {round}: {both:?}"),
            };
            // Whoever comes second may no more, is not there any more, or takes from the last.
            let known = matches!(
                refused,
                AdminError::Conflict(Conflict::LastAdmin) | AdminError::CallerGone | AdminError::Missing(_)
            );
            assert!(known, "round {round}: {refused:?}");
            let holders = world.admin.role_details(ADMIN).unwrap().users.unwrap();
            let enabled = |id: &&UserId| world.admin.user(**id).unwrap().record.user.enabled;
            let left: Vec<UserId> = holders.iter().filter(enabled).copied().collect();
            assert_eq!(left.len(), 1, "round {round}");
            survivor = left.first().copied();
        }
    });
}
