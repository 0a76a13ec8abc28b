//! What roles allow, worked out in the plainest way: every permission of a small world by itself, rules as texts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use token_admin::rights;
use token_core::{BuiltIn, Permission, Role, Rule};

/// What stands for everything that only holders of `admin` may do.
pub(crate) const ADMIN: &str = "admin";

/// The permissions of the small world: those of the server, those that [`any_rule`] speaks of, and some that no rule
/// names.
pub(crate) fn alphabet() -> Vec<Permission> {
    let resources = ["a", "a.b", "a.b.c", "a.d", "b", "unnamed", "a.unnamed"];
    let applications = resources.iter().flat_map(|r| ["x", "y", "unnamed"].map(|action| format!("{r}:{action}")));
    applications.map(|text| text.parse().unwrap()).chain(rights::ALL.iter().cloned()).collect()
}

/// Whether a holder of exactly these roles may do it: `admin` may, else what a rule allows and none denies.
pub(crate) fn allows(roles: &[&Role], permission: &Permission) -> bool {
    let says = |effect: &str| {
        let covers = |rule: &Rule| rule.to_string().strip_prefix(effect).is_some_and(|p| covers(p, permission));
        roles.iter().any(|role| role.rules.iter().any(covers))
    };
    roles.iter().any(|role| role.id == BuiltIn::Admin.id()) || (says("allow ") && !says("deny "))
}

fn covers(pattern: &str, permission: &Permission) -> bool {
    let (resource, action) = pattern.split_once(':').unwrap();
    let in_resource = match resource.strip_suffix('*') {
        Some(stem) => permission.resource().starts_with(stem),
        None => permission.resource() == resource,
    };
    in_resource && (action == "*" || action == permission.action())
}

/// Everything a holder of exactly these roles may do.
pub(crate) fn holdings(roles: &[&Role]) -> BTreeSet<String> {
    let allowed = alphabet().into_iter().filter(|permission| allows(roles, permission)).map(|p| p.to_string());
    let admin = roles.iter().any(|role| role.id == BuiltIn::Admin.id());
    allowed.chain(admin.then(|| ADMIN.to_owned())).collect()
}

/// A rule of the small world; some are about the server's own permissions.
pub(crate) fn any_rule() -> impl Strategy<Value = Rule> {
    ("(allow|allow|deny)", r"\*|a|a\.\*|a\.b|a\.b\.\*|a\.b\.c|b|tokens", r"x|x|y|y|\*|show")
        .prop_map(|(effect, resource, action)| format!("{effect} {resource}:{action}").parse().unwrap())
}

pub(crate) fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(any_rule(), 0..4)
}

pub(crate) fn rules(texts: &[&str]) -> Vec<Rule> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}
