//! No change to people without its event.

use std::collections::BTreeSet;

use token_admin::{AdminError, EditRole, EditUser, Secret};
use token_core::{Author, Origin, RefusedSignIns};

use super::{ADMIN, PASSWORD, author, disabled, edit, new, password, person, roles, sign_in};
use crate::each_store::in_each_world;
use crate::reference::rules;
use crate::world::World;

type Call<'a> = (&'a str, Box<dyn Fn() -> Result<(), AdminError> + 'a>);

/// A call that cannot write its event changes nothing; when it can, it is done.
fn ensure_undone_without_event(world: &World, calls: &[Call<'_>]) {
    world.break_log();
    let before = world.dump();
    for (name, call) in calls {
        let answer = call();
        assert!(matches!(answer, Err(AdminError::Store(_))), "{name}: {answer:?}");
        assert!(world.dump() == before, "{name} changed something");
    }
    world.mend_log();
    for (name, call) in calls {
        let head = world.head();
        let answer = call();
        assert!(answer.is_ok(), "{name}: {answer:?}");
        assert!(head.seq < world.head().seq, "{name} has an event");
    }
}

#[test]
fn p65_a_change_to_people_whose_event_cannot_be_written_is_undone() {
    in_each_world(|world| {
        let (admin, line, nowhere) = (&world.admin, Author::command_line(), Origin::default());
        let secret = || Secret::generate(world.randomness.as_ref()).unwrap();
        let reader = world.role("reader", rules(&["allow assets:read"]));
        let _ = person(world, "root", &[ADMIN]);
        let [ada, bob, carl, dora] = ["ada", "bob", "carl", "dora"].map(|name| person(world, name, &[]));
        edit(admin, &line, dora.id(), disabled()).unwrap();
        let (first, _) = sign_in(world, &ada);
        let _ = sign_in(world, &ada);
        let (next, of_carl) = (secret(), secret());
        let minute = world.now();
        let refused = [RefusedSignIns { user: Some(bob.id()), count: 3 }, RefusedSignIns { user: None, count: 1 }];
        let save = |id, wanted: fn() -> EditUser| edit(admin, &line, id, wanted()).map(drop);
        let members = || EditRole { users: Some(BTreeSet::from([carl.id()])), ..EditRole::default() };
        let calls: Vec<Call<'_>> = vec![
            ("create", Box::new(|| admin.create_user(&line, &Ok(new("new", &[reader]))).map(drop))),
            (
                "rename",
                Box::new(|| {
                    save(bob.id(), || EditUser { username: Some("bobby".parse().unwrap()), ..EditUser::default() })
                }),
            ),
            ("roles", Box::new(|| edit(admin, &line, bob.id(), roles(&[reader])).map(drop))),
            (
                "roles by their form",
                Box::new(|| {
                    let version = admin.role(reader)?.0.version;
                    admin.edit_role(&line, reader, Some(version), &Ok(members())).map(drop)
                }),
            ),
            (
                "password",
                Box::new(|| {
                    save(bob.id(), || EditUser {
                        password: Some(password("another horse battery")),
                        ..EditUser::default()
                    })
                }),
            ),
            ("disable", Box::new(|| save(bob.id(), disabled))),
            ("enable", Box::new(|| save(dora.id(), || EditUser { enabled: Some(true), ..EditUser::default() }))),
            ("sign in", Box::new(|| admin.start_session(&nowhere, &carl, &of_carl).map(drop))),
            ("sign out", Box::new(|| admin.end_session(&author(&ada), &first.digest()).map(drop))),
            (
                "own password",
                Box::new(|| {
                    let wanted = Ok(password("third horse battery"));
                    admin.change_own_password(&author(&ada), &ada, &wanted, &next).map(drop)
                }),
            ),
            ("end sessions", Box::new(|| admin.end_sessions_of(&line, ada.id()).map(drop))),
            ("end all sessions", Box::new(|| admin.end_all_sessions(&line).map(drop))),
            ("refused sign-ins", Box::new(|| admin.record_refused_sign_ins(minute, &refused).map(drop))),
            ("delete", Box::new(|| admin.delete_user(&line, bob.id()).map(drop))),
        ];
        ensure_undone_without_event(world, &calls);
    });
}

#[test]
fn p65_p60_a_first_person_whose_event_cannot_be_written_leaves_the_code_good() {
    in_each_world(|world| {
        let start: Call<'_> = ("code", Box::new(|| world.admin.start_setup().map(drop)));
        ensure_undone_without_event(world, &[start]);
        let code = world.admin.start_setup().unwrap().unwrap();
        let complete = || world.admin.complete_setup(&Origin::default(), &code, &Ok(new("ada", &[]))).map(drop);
        ensure_undone_without_event(world, &[("first person", Box::new(complete))]);
        let ada = world.admin.password_of(&"ada".parse().unwrap()).unwrap().unwrap();
        assert!(password(PASSWORD).is_behind(ada.password.as_ref()));
    });
}
