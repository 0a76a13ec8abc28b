//! The evaluator.

use proptest::prelude::*;
use token_authz::{Decision, Denial, Permissions, Through};
use token_core::{Effect, Permission, PermissionPattern, Role};

use crate::reference::{
    admin, allows, any_permission, any_roles, any_roles_and_admin, any_rules, holding, id, permission, role, rules,
    world,
};

/// The first rule of this effect that covers the permission, in the order of role ids.
fn first(roles: &[Role], effect: Effect, permission: &Permission) -> Option<(token_core::RoleId, usize)> {
    let mut roles: Vec<&Role> = roles.iter().collect();
    roles.sort_by_key(|role| role.id);
    let hits = |role: &Role, n: usize| role.rules[n].effect == effect && role.rules[n].pattern.covers(permission);
    roles.into_iter().find_map(|role| (0..role.rules.len()).find(|n| hits(role, *n)).map(|n| (role.id, n)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn p05_decides_like_the_reference(roles in any_roles_and_admin()) {
        let compiled = Permissions::compile(&roles);
        for permission in world() {
            prop_assert_eq!(compiled.decide(&permission).is_allowed(), allows(&roles, &permission), "{}", permission);
        }
    }

    #[test]
    fn x06_names_the_first_rule_whatever_the_order_of_roles(
        (roles, other_order) in any_roles().prop_flat_map(|roles| (Just(roles.clone()), Just(roles).prop_shuffle())),
        permission in any_permission(),
    ) {
        let expected = match (first(&roles, Effect::Deny, &permission), first(&roles, Effect::Allow, &permission)) {
            (Some((role, rule)), _) => Decision::Deny { because: Denial::Rule { role, rule } },
            (None, Some((role, rule))) => Decision::Allow { through: Through::Rule { role, rule } },
            (None, None) => Decision::Deny { because: Denial::NoRule },
        };
        prop_assert_eq!(Permissions::compile(&roles).decide(&permission), expected);
        prop_assert_eq!(Permissions::compile(&other_order).decide(&permission), expected);
    }

    #[test]
    fn p05_a_role_without_denies_never_removes(roles in any_roles(), mut more in any_rules()) {
        more.retain(|rule| rule.effect == Effect::Allow);
        let without = Permissions::compile(&roles);
        let with = Permissions::compile(roles.iter().chain([&role(id(9), more)]));
        for permission in world() {
            prop_assert!(!without.decide(&permission).is_allowed() || with.decide(&permission).is_allowed());
        }
    }

    #[test]
    fn p05_taking_a_role_without_denies_never_adds(mut roles in any_roles(), mut more in any_rules()) {
        more.retain(|rule| rule.effect == Effect::Allow);
        roles.push(role(id(9), more));
        let with = Permissions::compile(&roles);
        roles.pop();
        let without = Permissions::compile(&roles);
        for permission in world() {
            prop_assert!(!without.decide(&permission).is_allowed() || with.decide(&permission).is_allowed());
        }
    }

    #[test]
    fn p05_a_deny_anywhere_wins(roles in any_roles(), denied in any_permission(), number in 0_usize..20) {
        let mut roles = roles;
        roles.retain(|role| role.id != id(number));
        roles.push(role(id(number), rules(&[&format!("deny {denied}")])));
        prop_assert!(!Permissions::compile(&roles).decide(&denied).is_allowed());
    }

    #[test]
    fn t04_no_rule_denies_what_admin_grants(mut roles in any_roles(), permission in any_permission()) {
        roles.push(role(id(9), rules(&["deny *:*"])));
        roles.push(admin());
        let decision = Permissions::compile(&roles).decide(&permission);
        prop_assert_eq!(decision, Decision::Allow { through: Through::Admin });
    }
}

#[test]
fn p05_no_role_and_no_rule_allow_nothing() {
    for permission in world() {
        let nothing = Decision::Deny { because: Denial::NoRule };
        assert_eq!(Permissions::compile([]).decide(&permission), nothing);
        assert_eq!(Permissions::compile(&[role(id(1), Vec::new())]).decide(&permission), nothing);
    }
}

#[test]
fn p05_unknown_permissions_are_denied() {
    let reader = holding(&["allow assets:read", "allow assets.*:read", "allow tokens:*"]);
    for unknown in ["unknown:read", "assets:unknown", "assets.a:unknown", "tokens.a:read"] {
        assert_eq!(reader.decide(&permission(unknown)), Decision::Deny { because: Denial::NoRule }, "{unknown}");
    }
}

#[test]
fn atk_n03_names_match_whole_or_not_at_all() {
    let reader = holding(&["allow tokens:read", "allow assets.*:read"]);
    for near in [
        "tokens:read-all",
        "tokens:rea",
        "token:read",
        "tokens-x:read",
        "tokens.a:read",
        "assets:read",
        "assetsx.a:read",
        "asset.a:read",
        "a.assets.b:read",
    ] {
        assert!(!reader.decide(&permission(near)).is_allowed(), "{near}");
    }
    // What is no permission never gets as far as a decision.
    for none in ["", "tokens:Read", "TOKENS:read", "tokens: read", "tokens:re\u{430}d", "tokens:*", "*:*", "tokens"] {
        assert!(none.parse::<Permission>().is_err(), "{none}");
    }
    assert!(reader.decide(&permission("tokens:read")).is_allowed());
    assert!(reader.decide(&permission("assets.a.b:read")).is_allowed());
}

#[test]
fn atk_a29_a_pattern_is_literal_besides_its_stars() {
    for bad in ["**:read", "a.*.b:read", "a*:read", "*.a:read", "a:re*", "[ab]:read", "a.+:read", "(a|b):read", ""] {
        assert!(bad.parse::<PermissionPattern>().is_err(), "{bad}");
    }
    // A dash is a dash, not a range.
    let literal = holding(&["allow a-c:x", "allow d.a-c.*:x"]);
    for near in ["a:x", "b:x", "c:x", "abc:x", "d.b.e:x"] {
        assert!(!literal.decide(&permission(near)).is_allowed(), "{near}");
    }
    assert!(literal.decide(&permission("d.a-c.e:x")).is_allowed());
}

#[test]
fn eight_segments_are_decided_as_one() {
    let deep = holding(&["allow a.*:x", "deny a.b.c.d.e.f.g.*:x"]);
    assert!(deep.decide(&permission("a.b.c.d.e.f.g:x")).is_allowed());
    assert!(!deep.decide(&permission("a.b.c.d.e.f.g.h:x")).is_allowed());
    assert!(deep.decide(&permission("a.b.c.d.e.f.h.g:x")).is_allowed());
}
