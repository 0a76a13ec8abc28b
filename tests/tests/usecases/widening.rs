//! Nobody gives, or takes over, what they do not hold: every use case, as a caller who holds just anything.

mod person_steps;
mod principals;
mod steps;
mod tally;

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use token_admin::{EditToken, NewToken, NewUser, Password};
use token_core::{Author, BuiltIn, RoleId, Rule, TokenRecord};

use crate::each_store::{Cases, on_each_store};
use crate::reference::{ADMIN, any_rules, rules};
use crate::world::{World, author_of, new_token};
use person_steps::new_person;
use principals::{gains, holdings_of, principals, roles_of};
use steps::{Step, any_networks, any_step, networks, run};
use tally::{Outcome, Tally};

/// A token that is there when the caller begins.
#[derive(Clone, Debug)]
struct Target {
    roles: Vec<Index>,
    admin: bool,
    /// Whether it may do everything but what one more role denies.
    hemmed: bool,
    /// The end of its text, and its own earlier one.
    ends: Option<(i64, i64)>,
    networks: usize,
}

/// What the caller holds besides being let in.
#[derive(Clone, Copy, Debug)]
enum Breadth {
    Nothing,
    Some,
    Everything,
    Admin,
}

#[derive(Clone, Debug)]
struct Story {
    implicit: Vec<Rule>,
    everyone: Vec<Rule>,
    roles: Vec<Vec<Rule>>,
    breadth: Breadth,
    caller: Vec<Index>,
    targets: Vec<Target>,
    steps: Vec<Step>,
}

fn any_target() -> impl Strategy<Value = Target> {
    let roles = proptest::collection::vec(any::<Index>(), 0..4);
    // 50 will have passed when the caller begins.
    let ends = proptest::option::weighted(0.7, (Just(400), prop_oneof![2 => Just(50), 2 => Just(200), 1 => Just(400)]));
    (roles, proptest::bool::weighted(0.1), proptest::bool::weighted(0.4), ends, any_networks())
        .prop_map(|(roles, admin, hemmed, ends, networks)| Target { roles, admin, hemmed, ends, networks })
}

fn any_story() -> impl Strategy<Value = Story> {
    let rules = proptest::collection::vec(any_rules(), 1..4);
    let breadth = prop_oneof![
        3 => Just(Breadth::Nothing),
        4 => Just(Breadth::Some),
        3 => Just(Breadth::Everything),
        1 => Just(Breadth::Admin),
    ];
    let caller = proptest::collection::vec(any::<Index>(), 0..2);
    let targets = proptest::collection::vec(any_target(), 2..5);
    let steps = proptest::collection::vec(any_step(), 10..16);
    (any_rules(), any_rules(), rules, breadth, caller, targets, steps).prop_map(
        |(implicit, everyone, roles, breadth, caller, targets, steps)| Story {
            implicit,
            everyone,
            roles,
            breadth,
            caller,
            targets,
            steps,
        },
    )
}

#[test]
fn x07_p67_no_call_adds_to_anybody_what_its_caller_does_not_hold() {
    let tally = RefCell::new(Tally::default());
    on_each_store(Cases { sqlite: 220, postgres: 80 }, &any_story(), |world, story| {
        tell(world, story, &mut tally.borrow_mut());
    });
    tally.into_inner().ensure_not_vacuous();
}

fn tell(world: &World, story: Story, tally: &mut Tally) {
    let caller = author_of(&set_up(world, &story));
    let mut before = world.rows();
    for step in story.steps {
        let held = holdings_of(&before, &caller);
        let (kind, answer) = run(world, &caller, &before, &step);
        let after = world.rows();
        let outcome = Outcome::of(&answer);
        if outcome != Outcome::Accepted {
            assert_eq!(before, after, "a refused call changed something: {step:?} {answer:?}");
            tally.note(kind, outcome);
            continue;
        }
        let mut added = false;
        for (principal, more) in gains(&principals(world, &before), &principals(world, &after)) {
            let beyond = beyond(&more, &held);
            assert!(beyond.is_empty(), "{step:?} gave {principal:?} {beyond:?}, the caller holds {held:?}");
            added = true;
        }
        if let Ok(Some(shown)) = &answer {
            let shown = before.tokens.iter().find(|token| token.id() == *shown).expect("it was there");
            let beyond = beyond(&roles_of(&before, shown), &held);
            assert!(beyond.is_empty(), "a text was shown that may {beyond:?}, the caller holds {held:?}");
            if kind == "reveal" {
                assert_eq!((&before.tokens, &before.roles), (&after.tokens, &after.roles));
            }
            added = true;
        }
        tally.note(kind, if added { Outcome::AcceptedAndAdded } else { outcome });
        before = after;
    }
}

/// What the caller does not hold of it. The role `admin` stands above every permission: who holds it may give anything.
fn beyond(permissions: &BTreeSet<String>, held: &BTreeSet<String>) -> BTreeSet<String> {
    if held.contains(ADMIN) { BTreeSet::new() } else { permissions.difference(held).cloned().collect() }
}

/// Makes roles, targets and the caller, and lets some time pass; gives the caller.
fn set_up(world: &World, story: &Story) -> TokenRecord {
    if world.rows().users.is_empty() {
        // Somebody who can sign in and keeps the role `admin`, so that it can be taken from everybody else.
        let password = Password::new("correct horse battery".to_owned()).ok();
        let root = NewUser { password, ..new_person("root", &[BuiltIn::Admin.id()], true) };
        let _ = world.admin.create_user(&Author::command_line(), &Ok(root)).unwrap();
    }
    world.set_rules(BuiltIn::AllExternalApplications.id(), story.implicit.clone());
    world.set_rules(BuiltIn::AllUsers.id(), story.everyone.clone());
    let role = |(number, rules): (usize, &Vec<Rule>)| world.role(&format!("role {number}"), rules.clone());
    let roles: Vec<RoleId> = story.roles.iter().enumerate().map(role).collect();
    let broad = world.role("broad", rules(&["allow a:x", "allow a.*:x", "allow b:*"]));
    let narrow = world.role("narrow", rules(&["deny a:x"]));
    let everything = world.role("everything", rules(&["allow *:*"]));
    let pick = |roles: &[RoleId], chosen: &[Index]| chosen.iter().map(|index| *index.get(roles)).collect::<Vec<_>>();
    let all = [roles.as_slice(), &[broad, narrow, everything]].concat();
    for (number, target) in story.targets.iter().enumerate() {
        let mut held = pick(&all, &target.roles);
        held.extend(target.admin.then_some(BuiltIn::Admin.id()));
        held.extend([everything, narrow].into_iter().filter(|_| target.hemmed));
        let person = new_person(&format!("person {number}"), &held, target.networks % 2 == 0);
        let _ = world.admin.create_user(&Author::command_line(), &Ok(person)).unwrap();
        let text_ends = target.ends.map(|(text, _)| world.after(text));
        let networks = networks(target.networks);
        let new = NewToken { expires_at: text_ends, allowed_networks: networks, ..new_token(&held) };
        let record = world.admin.create_token(&Author::command_line(), &new).unwrap().value.record;
        if let Some((_, earlier)) = target.ends {
            let edit = EditToken { expires_at: Some(Some(world.after(earlier))), ..Default::default() };
            world.admin.edit_token(&Author::command_line(), record.id(), Some(1), &Ok(edit)).unwrap();
        }
    }
    let mut held = pick(&roles, &story.caller);
    held.push(world.role("let in", rules(&["allow tokens:*", "allow roles:*", "allow users:*"])));
    match story.breadth {
        Breadth::Nothing => {}
        Breadth::Some => held.push(broad),
        Breadth::Everything => held.push(everything),
        Breadth::Admin => held.push(BuiltIn::Admin.id()),
    }
    let caller = world.token(&held).record;
    world.clock.advance(100);
    caller
}
