//! Accounts, their versions, names and events.

use token_admin::{AdminError, Conflict, EditRole};
use token_core::{Actor, Author, EventQuery, Store as _, UserId};

use super::{ADMIN, PASSWORD, author, disabled, edit, new, person, roles, sign_in};
use crate::each_store::in_each_world;
use crate::reference::rules;

#[test]
fn p40_a_save_of_a_person_from_an_older_version_is_refused_and_who_holds_a_role_belongs_to_its_version() {
    in_each_world(|world| {
        let line = Author::command_line();
        let reader = world.role("reader", rules(&["allow assets:read"]));
        let (ada, bob) = (person(world, "ada", &[]), person(world, "bob", &[]));
        let stale = |answer: Result<_, AdminError>| assert!(matches!(answer, Err(AdminError::Stale { .. })));
        edit(&world.admin, &line, ada.id(), roles(&[reader])).unwrap();
        stale(world.admin.edit_user(&line, ada.id(), Some(1), &Ok(disabled())).map(|_| ()));
        let unversioned = world.admin.edit_user(&line, ada.id(), None, &Ok(disabled()));
        assert!(matches!(unversioned, Err(AdminError::VersionRequired)));
        // A form of the role that does not know of Ada yet must not take it from her.
        let members =
            |users: &[UserId]| EditRole { users: Some(users.iter().copied().collect()), ..EditRole::default() };
        stale(world.admin.edit_role(&line, reader, Some(1), &Ok(members(&[bob.id()]))).map(|_| ()));
        let saved = world.admin.edit_role(&line, reader, Some(2), &Ok(members(&[bob.id()]))).unwrap().value;
        assert_eq!(saved, world.admin.role(reader).unwrap().0, "the answer is what is stored");
        assert_eq!(world.admin.role_details(reader).unwrap().users.unwrap(), [bob.id()]);
        let head = world.head();
        world.admin.edit_role(&line, reader, Some(saved.version), &Ok(members(&[bob.id()]))).unwrap();
        assert_eq!(world.head(), head, "a save that changes nothing writes nothing");
    });
}

#[test]
fn atk_l04_one_folding_rule_says_which_names_are_one_account() {
    in_each_world(|world| {
        let ada = person(world, "Ada", &[]);
        for name in ["ada", "ADA", " ada ", "\u{ff21}\u{ff24}\u{ff21}", "a\u{64}a"] {
            let found = world.admin.password_of(&name.parse().unwrap()).unwrap().map(|record| record.id());
            assert_eq!(found, Some(ada.id()), "{name:?}");
            let taken = world.admin.create_user(&Author::command_line(), &Ok(new(name, &[])));
            assert!(matches!(taken, Err(AdminError::Conflict(Conflict::UsernameTaken))), "{name:?}");
        }
        // Another letter is another account, however alike it looks.
        assert_eq!(world.admin.password_of(&"\u{430}da".parse().unwrap()).unwrap(), None);
    });
}

#[test]
fn p55_g07_events_of_people_name_who_did_it_and_hold_no_secret() {
    in_each_world(|world| {
        let root = person(world, "root", &[ADMIN]);
        let made = world.admin.create_user(&author(&root), &Ok(new("ada", &[]))).unwrap().value;
        let (secret, _) = sign_in(world, &made);
        let query = EventQuery { limit: 500, ..EventQuery::default() };
        let events = world.store.list_events(&query).unwrap().items;
        let told = format!("{events:?}");
        let hash = made.password.unwrap();
        for canary in [PASSWORD, hash.as_str(), secret.text().as_str()] {
            assert!(!told.contains(canary), "{canary}");
        }
        assert_eq!(events[0].message(), "ada signed in as ada");
        assert_eq!(events[1].message(), "root created person ada");
        assert_eq!(events[1].actor, Actor::Person { id: root.id(), name: "root".parse().unwrap() });
    });
}
