//! The reference evaluator, and a small world of permissions in which everything can be counted.

use proptest::prelude::*;
use token_authz::Permissions;
use token_core::{BuiltIn, Effect, Permission, Role, RoleId, Rule};

/// The rules as the specification has them, read one after the other.
pub(crate) fn allows(roles: &[Role], permission: &Permission) -> bool {
    let says =
        |effect| roles.iter().flat_map(|role| &role.rules).any(|r| r.effect == effect && r.pattern.covers(permission));
    roles.iter().any(|role| role.id == BuiltIn::Admin.id()) || (says(Effect::Allow) && !says(Effect::Deny))
}

pub(crate) fn id(number: usize) -> RoleId {
    format!("0192f3c1-7a52-7c11-8d4e-{number:012x}").parse().unwrap()
}

pub(crate) fn role(id: RoleId, rules: Vec<Rule>) -> Role {
    let name = format!("role {id}").parse().unwrap();
    Role { id, name, description: "".parse().unwrap(), rules, version: 1 }
}

pub(crate) fn admin() -> Role {
    role(BuiltIn::Admin.id(), Vec::new())
}

pub(crate) fn rules(texts: &[&str]) -> Vec<Rule> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(crate) fn holding(texts: &[&str]) -> Permissions {
    Permissions::compile(&[role(id(1), rules(texts))])
}

pub(crate) fn permission(text: &str) -> Permission {
    text.parse().unwrap()
}

/// All permissions of up to four segments of `a`, `b`, `c` and the actions `x`, `y`, `z`. No generated rule names `c` or
/// `z`, or more than three segments: they are what the rules do not know.
pub(crate) fn world() -> Vec<Permission> {
    let mut resources: Vec<String> = Vec::new();
    let mut level = vec![String::new()];
    for _ in 0..4 {
        level = level.iter().flat_map(|stem| ["a", "b", "c"].map(|s| format!("{stem}.{s}"))).collect();
        resources.extend(level.iter().map(|resource| resource.trim_start_matches('.').to_owned()));
    }
    resources.iter().flat_map(|r| ["x", "y", "z"].map(|action| permission(&format!("{r}:{action}")))).collect()
}

pub(crate) fn any_permission() -> impl Strategy<Value = Permission> {
    proptest::sample::select(world())
}

pub(crate) fn any_rule() -> impl Strategy<Value = Rule> {
    ("(allow|allow|deny)", r"\*|[ab](\.[ab]){0,1}\.\*|[ab](\.[ab]){0,2}", r"\*|x|y")
        .prop_map(|(effect, resource, action)| format!("{effect} {resource}:{action}").parse().unwrap())
}

pub(crate) fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(any_rule(), 0..6)
}

/// Up to four roles with ids in no order, never `admin`.
pub(crate) fn any_roles() -> impl Strategy<Value = Vec<Role>> {
    let ids = Just((0..4).map(id).collect::<Vec<_>>()).prop_shuffle();
    (ids, proptest::collection::vec(any_rules(), 0..4))
        .prop_map(|(ids, lists)| ids.into_iter().zip(lists).map(|(id, rules)| role(id, rules)).collect())
}

/// As [`any_roles`], sometimes with `admin` among them.
pub(crate) fn any_roles_and_admin() -> impl Strategy<Value = Vec<Role>> {
    (any_roles(), proptest::bool::weighted(0.2)).prop_map(|(mut roles, holds)| {
        if holds {
            roles.push(admin());
        }
        roles
    })
}
