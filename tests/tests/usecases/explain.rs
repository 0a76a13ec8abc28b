//! The explanation of a decision is the decision, and names what made it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use token_admin::ExplainToken;
use token_authz::{Decision, Explanation};
use token_core::{BuiltIn, Permission, Role, RoleId, Rule, TokenId};
use token_guard::Refusal;

use crate::each_store::{Cases, on_each_store};
use crate::reference::{allows, any_rules};
use crate::world::World;

#[derive(Clone, Debug)]
struct Story {
    implicit: Vec<Rule>,
    /// Rules of roles, and whether the token holds them.
    roles: Vec<(Vec<Rule>, bool)>,
    admin: bool,
    question: Permission,
}

fn any_story() -> impl Strategy<Value = Story> {
    let question = r"(a|a\.b|a\.b\.c|b|unnamed):(x|y|unnamed)".prop_map(|text| text.parse().unwrap());
    let roles = proptest::collection::vec((any_rules(), proptest::bool::weighted(0.8)), 0..4);
    (any_rules(), roles, proptest::bool::weighted(0.1), question).prop_map(|(implicit, roles, admin, question)| Story {
        implicit,
        roles,
        admin,
        question,
    })
}

#[test]
fn x06_an_explanation_is_the_decision_and_goes_when_its_rule_goes() {
    let seen = RefCell::new(BTreeMap::<&str, u32>::new());
    on_each_store(Cases { sqlite: 120, postgres: 50 }, &any_story(), |world, story| {
        world.set_rules(BuiltIn::AllExternalApplications.id(), story.implicit);
        let make = |(number, (rules, held)): (usize, (Vec<Rule>, bool))| {
            let role = world.role(&format!("role {number}"), rules);
            held.then_some(role)
        };
        let mut held: Vec<RoleId> = story.roles.into_iter().enumerate().filter_map(make).collect();
        held.extend(story.admin.then_some(BuiltIn::Admin.id()));
        let token = world.token(&held);
        held.push(BuiltIn::AllExternalApplications.id());
        let mut told = Vec::new();
        // Rule by rule, until none is left that says anything.
        while let Some((role, rule)) = told_by(world, (token.record.id(), token.text.expose()), &held, &story.question)
        {
            *seen.borrow_mut().entry(rule.as_ref().map_or("admin", |rule| rule.effect.as_str())).or_default() += 1;
            let Some(rule) = rule else { return };
            let left = role.rules.iter().filter(|other| **other != rule).cloned().collect();
            assert!(!told.contains(&(role.id, rule.clone())), "rule `{rule}` was taken out and still decides");
            world.set_rules(role.id, left);
            told.push((role.id, rule));
        }
        *seen.borrow_mut().entry("no rule").or_default() += 1;
    });
    let seen = seen.into_inner();
    for outcome in ["allow", "deny", "admin", "no rule"] {
        assert!(seen.get(outcome).is_some_and(|times| 3 <= *times), "too little of `{outcome}`: {seen:?}");
    }
}

/// Asks both ways, compares, and gives the role and rule that decided; nothing when no rule says anything.
fn told_by(
    world: &World,
    token: (TokenId, &str),
    held: &[RoleId],
    question: &Permission,
) -> Option<(Role, Option<Rule>)> {
    let (id, text) = token;
    let explained = world.admin.explain_token(&ExplainToken { id, permission: question.clone() }).unwrap();
    let caller = world.admit(text).unwrap();
    assert_eq!(caller.decide(question), explained.decision);
    match caller.require(question) {
        Ok(()) => assert!(explained.decision.is_allowed()),
        Err(Refusal::Missing(missing)) => assert!(!explained.decision.is_allowed() && missing == *question),
        Err(other) => panic!("{other:?}"),
    }
    let all = world.rows().roles;
    let roles: Vec<&Role> = all.iter().filter(|role| held.contains(&role.id)).collect();
    assert_eq!(explained.decision.is_allowed(), allows(&roles, question), "{explained}");
    let Explanation { decision, role: Some(name), rule, .. } = explained else {
        assert_eq!((explained.decision.is_allowed(), explained.rule), (false, None));
        assert!(!roles.iter().any(|role| role.rules.iter().any(|rule| rule.pattern.covers(question))));
        return None;
    };
    let role = roles.into_iter().find(|role| role.name == name).expect("the named role is one the token holds").clone();
    match &rule {
        None => assert_eq!((role.id, decision.is_allowed()), (BuiltIn::Admin.id(), true)),
        Some(rule) => {
            let allows = matches!(decision, Decision::Allow { .. });
            assert!(role.rules.contains(rule) && rule.pattern.covers(question), "{rule}");
            assert_eq!(rule.effect.as_str(), if allows { "allow" } else { "deny" });
        }
    }
    Some((role, rule))
}
