//! Sessions end when they should.

use token_admin::{AdminError, EditUser, Secret, SessionLimits};
use token_core::{Author, Origin};

use super::{ADMIN, PASSWORD, author, disabled, edit, is_signed_in, password, person, sign_in};
use crate::each_store::in_each_world;

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
