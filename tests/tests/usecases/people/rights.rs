//! What people may do to each other.

use std::collections::BTreeSet;

use token_admin::{AdminError, EditRole, EditUser};
use token_core::{Author, BuiltIn, UserId};

use super::{ADMIN, author, disabled, edit, new, password, person, roles};
use crate::each_store::in_each_world;
use crate::reference::rules;

#[test]
fn p67_x07_n10_nobody_gives_takes_over_or_gets_what_they_do_not_hold() {
    in_each_world(|world| {
        let keeper = world.role("keeper", rules(&["allow users:*", "allow roles:*", "allow assets:read"]));
        let (mild, strong) =
            (world.role("mild", rules(&["allow assets:read"])), world.role("strong", rules(&["allow assets:delete"])));
        let never = world.role("never", rules(&["deny reports:read"]));
        let reports = world.role("reports", rules(&["allow reports:read"]));
        let _ = person(world, "root", &[ADMIN]);
        let clerk = person(world, "clerk", &[keeper, never]);
        let by = author(&clerk);
        let held = |answer: Result<_, AdminError>| assert!(matches!(answer, Err(AdminError::NotHeld(_))), "{answer:?}");
        let other = person(world, "other", &[never, reports]);
        let boss = person(world, "boss", &[strong]);
        let head = world.head();
        // Creating, giving, and giving to oneself.
        held(world.admin.create_user(&by, &Ok(new("new", &[strong]))).map(|_| ()));
        held(world.admin.create_user(&by, &Ok(new("new", &[ADMIN]))).map(|_| ()));
        held(edit(&world.admin, &by, other.id(), roles(&[never, strong])).map(|_| ()));
        held(edit(&world.admin, &by, clerk.id(), roles(&[keeper, never, strong])).map(|_| ()));
        held(edit(&world.admin, &by, clerk.id(), roles(&[ADMIN])).map(|_| ()));
        // Taking a deny away gives what it denied.
        held(edit(&world.admin, &by, other.id(), roles(&[reports])).map(|_| ()));
        // By the form of the role, too.
        let members = |id: UserId| Ok(EditRole { users: Some(BTreeSet::from([id])), ..EditRole::default() });
        for (role, version) in [(strong, 2), (ADMIN, 2)] {
            held(world.admin.edit_role(&by, role, Some(version), &members(clerk.id())).map(|_| ()));
        }
        // A password or being enabled takes over all that somebody may do.
        let another = || EditUser { password: Some(password("another horse battery")), ..EditUser::default() };
        held(edit(&world.admin, &by, boss.id(), another()).map(|_| ()));
        let own = edit(&world.admin, &by, clerk.id(), another());
        assert!(matches!(&own, Err(AdminError::Invalid(fields)) if fields[0].pointer == "/password"), "{own:?}");
        assert_eq!(world.head(), head, "nothing was written");
        edit(&world.admin, &Author::command_line(), boss.id(), disabled()).unwrap();
        let enabled = EditUser { enabled: Some(true), ..EditUser::default() };
        held(edit(&world.admin, &by, boss.id(), enabled).map(|_| ()));
        // What they hold they give.
        edit(&world.admin, &by, other.id(), roles(&[never, reports, mild])).unwrap();
        let _ = world.admin.create_user(&by, &Ok(new("helper", &[mild]))).unwrap();
        edit(&world.admin, &by, other.id(), another()).unwrap();
        assert!(matches!(world.admin.end_all_sessions(&by), Err(AdminError::NotHeld(_))));
    });
}

#[test]
fn n05_p42_what_happens_to_a_person_holds_for_their_next_change() {
    in_each_world(|world| {
        let (line, role) = (Author::command_line(), world.role("maker", rules(&["allow roles:create"])));
        let root = person(world, "root", &[ADMIN]);
        let ada = person(world, "ada", &[role]);
        let make = |name: &str| {
            let role = token_admin::NewRole {
                name: name.parse().unwrap(),
                description: "".parse().unwrap(),
                rules: Vec::new(),
                users: BTreeSet::new(),
            };
            world.admin.create_role(&author(&ada), &Ok(role)).map(|_| ())
        };
        make("one").unwrap();
        edit(&world.admin, &line, ada.id(), roles(&[])).unwrap();
        assert!(matches!(make("two"), Err(AdminError::Missing(_))));
        edit(&world.admin, &line, ada.id(), roles(&[role])).unwrap();
        make("two").unwrap();
        // A role that is made again under the name of a deleted one is another role.
        world.admin.delete_role(&line, role, token_admin::InUse::Force).unwrap();
        let _ = world.role("maker", rules(&["allow roles:create"]));
        assert!(matches!(make("three"), Err(AdminError::Missing(_))));
        world.set_rules(BuiltIn::AllUsers.id(), rules(&["allow roles:create"]));
        make("three").unwrap();
        world.set_rules(BuiltIn::AllUsers.id(), rules(&["deny *:*"]));
        assert!(matches!(make("four"), Err(AdminError::Missing(_))));
        assert!(world.admin.end_all_sessions(&author(&root)).is_ok(), "nothing denies what `admin` grants");
        world.set_rules(BuiltIn::AllUsers.id(), rules(&["allow roles:create"]));
        edit(&world.admin, &line, ada.id(), disabled()).unwrap();
        assert!(matches!(make("five"), Err(AdminError::CallerGone)));
        world.admin.delete_user(&line, ada.id()).unwrap();
        assert!(matches!(make("five"), Err(AdminError::CallerGone)));
    });
}
