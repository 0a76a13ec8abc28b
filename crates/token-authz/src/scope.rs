//! What a set of roles surely grants, as a list that others can read: the patterns that are allowed, without those that
//! any deny touches.
//!
//! The list is sound and not complete: whoever holds the roles may do everything it covers, and may do more where a deny
//! takes but a part of a pattern. Patterns have no way to say "all but".

use std::collections::BTreeSet;

use token_core::{BuiltIn, Effect, PermissionPattern, ResourcePattern, Role};

/// The patterns whose every permission the holder of these roles has, sorted and each once. Whoever holds `admin` may do
/// everything: `*:*`.
///
/// Takes time about linear in the number of rules.
#[must_use]
pub fn scope<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Vec<PermissionPattern> {
    let roles: Vec<&Role> = roles.into_iter().collect();
    if roles.iter().any(|role| role.id == BuiltIn::Admin.id()) {
        return "*:*".parse().into_iter().collect();
    }
    let rules = |effect| roles.iter().flat_map(|role| &role.rules).filter(move |rule| rule.effect == effect);
    let denied = Denied::of(rules(Effect::Deny).map(|rule| &rule.pattern));
    let allowed: BTreeSet<&PermissionPattern> = rules(Effect::Allow).map(|rule| &rule.pattern).collect();
    allowed.into_iter().filter(|pattern| !denied.touches(pattern)).cloned().collect()
}

/// An action that is asked for, as a deny has it or as some deny has it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Action<'a> {
    /// Any deny has it, whatever its action: what a pattern for every action is touched by.
    Whatever,
    /// Denied whole: `*`.
    Every,
    /// Denied by its name.
    Named(&'a str),
}

/// Denied patterns, found by what they have in common with others.
#[derive(Debug, Default)]
struct Denied<'a> {
    any: BTreeSet<Action<'a>>,
    exact: BTreeSet<(Action<'a>, &'a str)>,
    under: BTreeSet<(Action<'a>, &'a str)>,
}

impl<'a> Denied<'a> {
    fn of(patterns: impl Iterator<Item = &'a PermissionPattern>) -> Self {
        let mut denied = Self::default();
        for pattern in patterns {
            for action in [Action::Whatever, pattern.action().map_or(Action::Every, Action::Named)] {
                match pattern.resource() {
                    ResourcePattern::Any => drop(denied.any.insert(action)),
                    ResourcePattern::Exact(resource) => drop(denied.exact.insert((action, resource))),
                    ResourcePattern::Under(prefix) => drop(denied.under.insert((action, prefix))),
                }
            }
        }
        denied
    }

    /// Whether some permission is in this pattern and denied.
    fn touches(&self, pattern: &PermissionPattern) -> bool {
        match pattern.action() {
            None => self.touches_as(Action::Whatever, pattern.resource()),
            Some(action) => [Action::Every, Action::Named(action)]
                .into_iter()
                .any(|action| self.touches_as(action, pattern.resource())),
        }
    }

    fn touches_as(&self, action: Action<'_>, resource: &ResourcePattern) -> bool {
        if self.any.contains(&action) {
            return true;
        }
        match resource {
            ResourcePattern::Any => begins(&self.exact, action, "") || begins(&self.under, action, ""),
            ResourcePattern::Exact(exact) => self.exact.contains(&(action, exact)) || self.covers(action, exact),
            // A resource below both is below the deeper of the two prefixes.
            ResourcePattern::Under(prefix) => {
                let below = format!("{prefix}.");
                self.under.contains(&(action, prefix))
                    || self.covers(action, prefix)
                    || begins(&self.exact, action, &below)
                    || begins(&self.under, action, &below)
            }
        }
    }

    /// Whether a prefix of this resource, and not the resource itself, is denied with all below.
    fn covers(&self, action: Action<'_>, resource: &str) -> bool {
        let mut prefixes = resource.match_indices('.').filter_map(|(dot, _)| resource.get(..dot));
        prefixes.any(|prefix| self.under.contains(&(action, prefix)))
    }
}

/// Whether some resource of this action begins like this.
fn begins(of: &BTreeSet<(Action<'_>, &str)>, action: Action<'_>, start: &str) -> bool {
    let first = of.range((action, start)..).next();
    first.is_some_and(|(found, resource)| *found == action && resource.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use token_core::{Permission, Rule};

    use super::*;
    use crate::Permissions;

    fn role(number: u8, rules: &[String]) -> Role {
        Role {
            id: format!("0192f3c1-7a52-7c11-8d4e-0242ac1200{number:02x}").parse().unwrap(),
            name: "r".parse().unwrap(),
            description: "".parse().unwrap(),
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            version: 1,
        }
    }

    fn listed(rules: &[&str]) -> String {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let patterns: Vec<String> = scope(&[role(1, &rules)]).iter().map(ToString::to_string).collect();
        patterns.join(" ")
    }

    #[test]
    fn what_no_deny_touches_is_listed_once() {
        for (rules, expected) in [
            (&[][..], ""),
            (&["deny a:b"], ""),
            (&["allow b:x", "allow a:x", "allow b:x"], "a:x b:x"),
            (&["allow assets:*", "allow *:read"], "*:read assets:*"),
            (&["allow a:x", "deny a:x"], ""),
            (&["allow a:x", "deny a:y", "deny b:x"], "a:x"),
            (&["allow a:*", "deny a:y"], ""),
            (&["allow a:x", "deny a:*"], ""),
            (&["allow a:x", "deny *:x"], ""),
            (&["allow a:x", "deny *:y"], "a:x"),
            (&["allow *:x", "deny a.b:x"], ""),
            (&["allow *:x", "deny a.*:x"], ""),
            (&["allow *:x", "deny a.*:y"], "*:x"),
            (&["allow a.b:x", "deny a.*:x"], ""),
            (&["allow a:x", "deny a.*:x"], "a:x"),
            (&["allow ab:x", "deny a.*:x"], "ab:x"),
            (&["allow a.*:x", "deny a:x"], "a.*:x"),
            (&["allow a.*:x", "deny a.b.c:x"], ""),
            (&["allow a.b.*:x", "deny a.*:x"], ""),
            (&["allow a.*:x", "deny a.b.*:*"], ""),
            (&["allow a.*:x", "deny a-b.c:x", "deny ab.*:x"], "a.*:x"),
            (&["allow a.b.*:x", "deny a.c.*:x"], "a.b.*:x"),
        ] {
            assert_eq!(listed(rules), expected, "{rules:?}");
        }
    }

    #[test]
    fn admin_may_do_everything_whatever_is_denied() {
        let admin = Role { id: BuiltIn::Admin.id(), ..role(1, &[]) };
        let patterns = scope(&[admin, role(2, &["deny *:*".to_owned()])]);
        assert_eq!(patterns.iter().map(ToString::to_string).collect::<Vec<_>>(), ["*:*"]);
    }

    /// Few names, so that patterns meet.
    fn any_rule() -> impl Strategy<Value = String> {
        let resource = prop_oneof![Just("*".to_owned()), "[ab](\\.[ab]){0,2}(\\.\\*)?"];
        (prop_oneof![2 => Just("allow"), 1 => Just("deny")], resource, "[xy*]")
            .prop_map(|(effect, resource, action)| format!("{effect} {resource}:{action}"))
    }

    /// Everything that few names can spell.
    fn permissions() -> Vec<Permission> {
        let mut resources = vec![String::new()];
        let mut all = Vec::new();
        for _ in 0..4 {
            resources = resources.iter().flat_map(|r| ["a", "b", "c"].map(|s| format!("{r}.{s}"))).collect();
            all.extend(resources.iter().filter_map(|resource| resource.strip_prefix('.')).map(ToOwned::to_owned));
        }
        let all = all.iter().flat_map(|resource| ["x", "y", "z"].map(|action| format!("{resource}:{action}")));
        all.map(|text| text.parse().unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn p05_the_scope_is_sound_and_leaves_out_nothing_untouched(
            rules in proptest::collection::vec(any_rule(), 0..7),
            more in proptest::collection::vec(any_rule(), 0..4),
        ) {
            let roles = [role(1, &rules), role(2, &more)];
            let (held, listed, all) = (Permissions::compile(&roles), scope(&roles), permissions());
            for permission in all.iter().filter(|permission| listed.iter().any(|p| p.covers(permission))) {
                prop_assert!(held.decide(permission).is_allowed(), "{permission}");
            }
            let rules: Vec<&Rule> = roles.iter().flat_map(|role| &role.rules).collect();
            for rule in rules.iter().filter(|rule| rule.effect == Effect::Allow) {
                let denied = |permission: &&Permission| !held.decide(permission).is_allowed();
                let touched = all.iter().filter(|permission| rule.pattern.covers(permission)).any(|p| denied(&p));
                prop_assert_eq!(listed.contains(&rule.pattern), !touched, "{}", rule);
            }
        }
    }
}
