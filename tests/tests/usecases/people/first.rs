//! The first person comes by a code.

use std::sync::Barrier;
use std::thread;

use token_admin::{Admin, AdminError, NewUser, Secret};
use token_core::{Author, Origin, RoleSet, UserRecord};

use super::{ADMIN, insist, new, password, person};
use crate::each_store::in_each_world;

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
        assert_eq!(won.unwrap().user.roles, RoleSet::from([ADMIN]));
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
