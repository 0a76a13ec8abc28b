//! People, their roles and sessions, over real stores.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use token_admin::{
    Admin, AdminError, Conflict, Done, EditRole, EditUser, NewUser, Password, Secret, SessionLimits, SignedIn,
};
use token_core::{Actor, Author, BuiltIn, EventQuery, Origin, RoleId, Store as _, StoreError, UserId, UserRecord};

use crate::each_store::in_each_world;
use crate::reference::rules;
use crate::world::World;

const PASSWORD: &str = "correct horse battery";
/// How often two calls are made to meet.
const ROUNDS: usize = 10;

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn new(name: &str, roles: &[RoleId]) -> NewUser {
    NewUser {
        username: name.parse().unwrap(),
        display_name: "".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        enabled: true,
        password: Some(password(PASSWORD)),
    }
}

fn person(world: &World, name: &str, roles: &[RoleId]) -> UserRecord {
    world.admin.create_user(&Author::command_line(), &Ok(new(name, roles))).unwrap().value
}

fn edit(admin: &Admin, author: &Author, id: UserId, edit: EditUser) -> Result<Done<UserRecord>, AdminError> {
    let version = admin.user(id)?.record.version;
    admin.edit_user(author, id, Some(version), &Ok(edit))
}

fn roles(roles: &[RoleId]) -> EditUser {
    EditUser { roles: Some(roles.iter().copied().collect()), ..EditUser::default() }
}

fn disabled() -> EditUser {
    EditUser { enabled: Some(false), ..EditUser::default() }
}

fn author(record: &UserRecord) -> Author {
    Author { actor: record.user.actor(), origin: Origin::default() }
}

fn sign_in(world: &World, record: &UserRecord) -> (Secret, SignedIn) {
    let secret = Secret::generate(world.randomness.as_ref()).unwrap();
    let checked = world.admin.password_of(&record.user.username).unwrap().unwrap();
    let signed_in = world.admin.start_session(&Origin::default(), &checked, &secret).unwrap().value;
    (secret, signed_in)
}

fn is_signed_in(world: &World, secret: &Secret) -> bool {
    world.admin.session(&secret.digest()).unwrap().is_some()
}

const ADMIN: RoleId = BuiltIn::Admin.id();

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

#[test]
fn p61_sessions_end_by_disuse_at_their_end_and_with_password_account_and_sign_out() {
    in_each_world(|world| {
        let line = Author::command_line();
        let limits = SessionLimits::default();
        let _ = person(world, "root", &[ADMIN]);
        let ada = person(world, "ada", &[]);
        let begin = || {
            let (secret, signed_in) = sign_in(world, &ada);
            assert_eq!((signed_in.user.id, is_signed_in(world, &secret)), (ada.id(), true));
            secret
        };
        let unused = begin();
        assert_ne!(unused.digest(), begin().digest(), "each sign-in has a secret of its own");
        world.clock.advance(i64::from(limits.idle) - 1);
        assert!(is_signed_in(world, &unused), "and used by this");
        world.clock.advance(i64::from(limits.idle) - 1);
        assert!(is_signed_in(world, &unused));
        world.clock.advance(i64::from(limits.idle));
        assert!(!is_signed_in(world, &unused), "unused for too long");
        let used = begin();
        for _ in 0..limits.lifetime / 1_000 {
            assert!(is_signed_in(world, &used));
            world.clock.advance(1_000);
        }
        world.clock.advance(1_000);
        assert!(!is_signed_in(world, &used), "past its end, however much it is used");

        let (one, two) = (begin(), begin());
        world.admin.end_session(&author(&ada), &one.digest()).unwrap();
        assert_eq!((is_signed_in(world, &one), is_signed_in(world, &two)), (false, true));
        let bob = person(world, "bob", &[]);
        world.admin.end_session(&author(&bob), &two.digest()).unwrap();
        assert!(is_signed_in(world, &two), "nobody ends somebody else's");
        assert!(matches!(world.admin.end_sessions_of(&author(&bob), ada.id()), Err(AdminError::Missing(_))));
        world.admin.end_sessions_of(&author(&ada), ada.id()).unwrap();
        assert!(!is_signed_in(world, &two));
        let everybody = begin();
        world.admin.end_all_sessions(&line).unwrap();
        assert!(!is_signed_in(world, &everybody));

        let before_password = begin();
        let changed = EditUser { password: Some(password("another horse battery")), ..EditUser::default() };
        let stale = world.admin.password_of(&ada.user.username).unwrap().unwrap();
        edit(&world.admin, &line, ada.id(), changed).unwrap();
        assert!(!is_signed_in(world, &before_password));
        let late = world.admin.start_session(&Origin::default(), &stale, &before_password);
        assert!(matches!(late, Err(AdminError::CallerGone)), "checked against a password that is gone");
        let stored = world.admin.password_of(&ada.user.username).unwrap().unwrap().password.unwrap();
        assert!(stored.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            password("another horse battery").is_behind(Some(&stored)) && !password(PASSWORD).is_behind(Some(&stored))
        );

        let own = begin();
        let checked = world.admin.password_of(&ada.user.username).unwrap().unwrap();
        let next = Secret::generate(world.randomness.as_ref()).unwrap();
        let wanted = Ok(password("third horse battery"));
        let foreign = world.admin.change_own_password(&author(&bob), &checked, &wanted, &next);
        assert!(matches!(foreign, Err(AdminError::CallerGone)));
        world.admin.change_own_password(&author(&ada), &checked, &wanted, &next).unwrap();
        assert_eq!((is_signed_in(world, &own), is_signed_in(world, &next)), (false, true));

        edit(&world.admin, &line, ada.id(), disabled()).unwrap();
        assert!(!is_signed_in(world, &next));
        edit(&world.admin, &line, ada.id(), EditUser { enabled: Some(true), ..EditUser::default() }).unwrap();
        assert!(!is_signed_in(world, &next), "and it does not come back");
        let last = begin();
        world.admin.delete_user(&line, ada.id()).unwrap();
        assert!(!is_signed_in(world, &last));
    });
}

#[test]
fn a_person_has_a_bounded_number_of_sessions_and_the_oldest_go() {
    in_each_world(|world| {
        let ada = person(world, "ada", &[]);
        let first = sign_in(world, &ada).0;
        for _ in 1..token_core::limits::SESSIONS_PER_USER {
            world.clock.advance(1);
            let _ = sign_in(world, &ada);
        }
        assert!(is_signed_in(world, &first));
        let _ = sign_in(world, &ada);
        assert!(!is_signed_in(world, &first));
        assert_eq!(world.admin.user(ada.id()).unwrap().sessions, token_core::limits::SESSIONS_PER_USER as u64);
    });
}

#[test]
fn p60_atk_l12_the_code_of_the_first_person_is_good_once_for_a_day_and_for_one_of_several() {
    in_each_world(|world| {
        let complete = |admin: &Admin, code: &Secret, name: &str| {
            insist(|| admin.complete_setup(&Origin::default(), code, &Ok(new(name, &[]))).map(|done| done.value))
        };
        let refused = |answer: Result<UserRecord, AdminError>| {
            assert!(matches!(answer, Err(AdminError::CodeRefused)), "{answer:?}");
        };
        let guess = Secret::generate(world.randomness.as_ref()).unwrap();
        refused(complete(&world.admin, &guess, "eve"));
        let first = world.admin.start_setup().unwrap().unwrap();
        refused(complete(&world.admin, &guess, "eve"));
        world.clock.advance(24 * 60 * 60);
        refused(complete(&world.admin, &first, "late"));
        let code = world.admin.start_setup().unwrap().unwrap();
        refused(complete(&world.admin, &first, "late"));
        let short = NewUser { password: Some(password("short")), ..new("ada", &[]) };
        let answer = world.admin.complete_setup(&Origin::default(), &code, &Ok(short));
        assert!(matches!(answer, Err(AdminError::Invalid(_))), "{answer:?}");
        let none = NewUser { password: None, ..new("ada", &[]) };
        assert!(matches!(
            world.admin.complete_setup(&Origin::default(), &code, &Ok(none)),
            Err(AdminError::Invalid(_))
        ));
        let beside = world.beside();
        let barrier = Barrier::new(2);
        let meet = |admin: &Admin, name: &str| {
            barrier.wait();
            complete(admin, &code, name)
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| meet(&world.admin, "ada"));
            let other = scope.spawn(|| meet(&beside, "bob"));
            (one.join().unwrap(), other.join().unwrap())
        });
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!(won.unwrap().user.roles, BTreeSet::from([ADMIN]));
        refused(lost);
        refused(complete(&world.admin, &code, "again"));
        assert!(world.admin.start_setup().unwrap().is_none(), "no code once somebody is there");
    });
}

#[test]
fn p60_an_account_made_elsewhere_voids_the_code() {
    in_each_world(|world| {
        let code = world.admin.start_setup().unwrap().unwrap();
        let ada = person(world, "ada", &[ADMIN]);
        let answer = world.admin.complete_setup(&Origin::default(), &code, &Ok(new("eve", &[])));
        assert!(matches!(answer, Err(AdminError::CodeRefused)));
        let _ = person(world, "bob", &[ADMIN]);
        world.admin.delete_user(&Author::command_line(), ada.id()).unwrap();
        let answer = world.admin.complete_setup(&Origin::default(), &code, &Ok(new("eve", &[])));
        assert!(matches!(answer, Err(AdminError::CodeRefused)));
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
