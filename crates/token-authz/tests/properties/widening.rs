//! Nobody gives what they do not hold.

use proptest::prelude::*;
use token_authz::{NotHeld, Permissions, ensure_all_held, ensure_edit_held, ensure_held};
use token_core::{Effect, Permission, Rule};

use crate::reference::{
    admin, allows, any_roles, any_roles_and_admin, any_rules, holding, id, permission, role, rules, world,
};

/// The answer is no exactly if something in the world is lacking, and its example covers a part of that.
fn agrees(answer: &Result<(), NotHeld>, lacking: &[Permission]) -> Result<(), TestCaseError> {
    match answer {
        Ok(()) => prop_assert!(lacking.is_empty(), "overlooked {:?}", lacking.first()),
        Err(NotHeld::Permission(example)) => {
            prop_assert!(lacking.iter().any(|permission| example.covers(permission)), "invented {}", example);
        }
        Err(other) => prop_assert!(false, "{}", other),
    }
    Ok(())
}

/// What a role alone says: deny, nothing, allow.
fn rank(rules: &[Rule], permission: &Permission) -> u8 {
    let says = |effect| rules.iter().any(|rule| rule.effect == effect && rule.pattern.covers(permission));
    if says(Effect::Deny) { 0 } else { 1 + u8::from(says(Effect::Allow)) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn x07_agrees_with_counting(before in any_roles_and_admin(), after in any_roles(), caller in any_roles()) {
        let lacks = |p: &Permission| allows(&after, p) && !allows(&before, p) && !allows(&caller, p);
        let lacking: Vec<Permission> = world().into_iter().filter(lacks).collect();
        let [before, after, caller] = [&before, &after, &caller].map(Permissions::compile);
        agrees(&ensure_held(&before, &after, &caller), &lacking)?;
    }

    #[test]
    fn x07_all_that_a_target_may_do(target in any_roles(), caller in any_roles()) {
        let lacks = |p: &Permission| allows(&target, p) && !allows(&caller, p);
        let lacking: Vec<Permission> = world().into_iter().filter(lacks).collect();
        let [target, caller] = [&target, &caller].map(Permissions::compile);
        agrees(&ensure_all_held(&target, &caller), &lacking)?;
        prop_assert_eq!(ensure_all_held(&target, &target), Ok(()));
    }

    #[test]
    fn x07_edits_agree_with_counting(before in any_rules(), after in any_rules(), caller in any_roles()) {
        let lacks = |p: &Permission| rank(&before, p) < rank(&after, p) && !allows(&caller, p);
        let lacking: Vec<Permission> = world().into_iter().filter(lacks).collect();
        agrees(&ensure_edit_held(&before, &after, &Permissions::compile(&caller)), &lacking)?;
    }

    /// The two questions fit together: an edit that is let through gives no holder anything the caller lacks.
    #[test]
    fn x07_an_edit_let_through_widens_no_holder(
        before in any_rules(), after in any_rules(), caller in any_roles(), others in any_roles(),
    ) {
        let caller = Permissions::compile(&caller);
        let holder = |rules| Permissions::compile(others.iter().chain([&role(id(9), rules)]));
        if ensure_edit_held(&before, &after, &caller).is_ok() {
            prop_assert_eq!(ensure_held(&holder(before), &holder(after), &caller), Ok(()));
        }
    }

    #[test]
    fn x07_admin_gives_anything(before in any_roles(), after in any_roles_and_admin(), rules in any_rules()) {
        let caller = Permissions::compile(&[admin(), role(id(9), vec!["deny *:*".parse().unwrap()])]);
        let [before, after] = [&before, &after].map(Permissions::compile);
        prop_assert_eq!(ensure_held(&before, &after, &caller), Ok(()));
        prop_assert_eq!(ensure_edit_held(&[], &rules, &caller), Ok(()));
        prop_assert_eq!(ensure_edit_held(&rules, &[], &caller), Ok(()));
        prop_assert_eq!(ensure_all_held(&after, &caller), Ok(()));
    }
}

#[test]
fn x07_t04_no_rule_replaces_admin() {
    let [root, everything] = [Permissions::compile(&[admin()]), holding(&["allow *:*"])];
    assert_eq!(ensure_held(&everything, &root, &everything), Err(NotHeld::Admin));
    assert_eq!(ensure_all_held(&root, &everything), Err(NotHeld::Admin));
    assert_eq!(ensure_all_held(&root, &root), Ok(()));
    // Who has `admin` already gains nothing; who loses it neither.
    assert_eq!(ensure_held(&root, &root, &holding(&[])), Ok(()));
    assert_eq!(ensure_held(&root, &everything, &holding(&[])), Ok(()));
}

#[test]
fn x07_the_answer_says_what_is_lacking() {
    let nothing = holding(&[]);
    for (after, caller, lacking) in [
        (["allow *:*"].as_slice(), [].as_slice(), "*:*"),
        (&["allow *:read"], &["allow tokens:read"], "*:read"),
        (&["allow assets.*:*"], &["allow assets.*:read"], "assets.*:*"),
        (&["allow assets.*:read"], &["allow assets.a:read"], "assets.*:read"),
        (&["allow assets.*:read"], &["allow *:read", "deny assets.secret:read"], "assets.secret:read"),
        (&["allow assets.*:read"], &["allow *:read", "deny assets.secret.*:*"], "assets.secret.*:read"),
        (&["allow tokens:*"], &["allow tokens:read"], "tokens:*"),
        (&["allow tokens:revoke"], &["allow tokens:read"], "tokens:revoke"),
        (&["allow a.b.c.d.e.f.g.*:x"], &["allow a.*:y"], "a.b.c.d.e.f.g.*:x"),
    ] {
        let expected = Err(NotHeld::Permission(lacking.parse().unwrap()));
        assert_eq!(ensure_held(&nothing, &holding(after), &holding(caller)), expected);
        assert_eq!(ensure_edit_held(&[], &rules(after), &holding(caller)), expected);
    }
    let error = ensure_all_held(&holding(&["allow assets.*:*"]), &nothing).unwrap_err();
    assert_eq!(error.to_string(), "`assets.*:*` goes beyond what you may do yourself");
}

#[test]
fn x07_a_removed_deny_is_a_gift() {
    let denying = rules(&["allow tokens:*", "deny tokens:delete"]);
    let reader = holding(&["allow tokens:read"]);
    let lacking = Err(NotHeld::Permission("tokens:delete".parse().unwrap()));
    assert_eq!(ensure_edit_held(&denying, &denying[..1], &reader), lacking);
    // Deleting the role takes its deny from everybody, too.
    assert_eq!(ensure_edit_held(&denying, &[], &reader), lacking);
    assert_eq!(ensure_edit_held(&denying, &[], &holding(&["allow tokens:delete"])), Ok(()));
    // Taking away needs nothing.
    assert_eq!(ensure_edit_held(&denying[..1], &denying, &holding(&[])), Ok(()));
    assert_eq!(ensure_edit_held(&denying[..1], &[], &holding(&[])), Ok(()));
}

#[test]
fn atk_a12_a_deny_of_the_caller_counts_against_it() {
    let caller = holding(&["allow *:*", "deny keys:*"]);
    assert_eq!(ensure_all_held(&holding(&["allow tokens:*"]), &caller), Ok(()));
    let broad = ensure_all_held(&holding(&["allow *:*"]), &caller);
    assert_eq!(broad, Err(NotHeld::Permission("keys:*".parse().unwrap())));
    let careful = holding(&["allow *:*", "deny keys:*"]);
    assert_eq!(ensure_all_held(&careful, &caller), Ok(()));
    assert!(!caller.decide(&permission("keys:import")).is_allowed());
}
