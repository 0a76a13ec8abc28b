//! Explanations.

use proptest::prelude::*;
use token_authz::{Decision, Denial, Permissions, Through, explain};

use crate::reference::{admin, any_permission, any_roles, any_roles_and_admin, id, permission, role, rules};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn x06_explains_the_decision_that_is_made(roles in any_roles_and_admin(), permission in any_permission()) {
        let explanation = explain(&roles, &permission);
        prop_assert_eq!(explanation.decision, Permissions::compile(&roles).decide(&permission));
        match explanation.decision {
            Decision::Allow { through: Through::Admin } => {
                prop_assert_eq!(explanation.role, Some(admin().name));
                prop_assert_eq!(explanation.rule, None);
            }
            Decision::Allow { through: Through::Rule { role, rule } }
            | Decision::Deny { because: Denial::Rule { role, rule } } => {
                let role = roles.iter().find(|held| held.id == role).unwrap();
                prop_assert_eq!(explanation.role.as_ref(), Some(&role.name));
                prop_assert_eq!(explanation.rule.as_ref(), Some(&role.rules[rule]));
                prop_assert!(role.rules[rule].pattern.covers(&permission));
            }
            Decision::Deny { because: Denial::NoRule } => {
                prop_assert_eq!((explanation.role, explanation.rule), (None, None));
            }
        }
    }

    #[test]
    fn x06_without_the_named_rule_the_decision_is_another(roles in any_roles(), permission in any_permission()) {
        let before = explain(&roles, &permission).decision;
        let mut roles = roles;
        if let Decision::Allow { through: Through::Rule { role, rule } }
        | Decision::Deny { because: Denial::Rule { role, rule } } = before
        {
            // In its place, so that the rules after it keep their numbers.
            let named = roles.iter_mut().find(|held| held.id == role).unwrap();
            named.rules[rule] = "allow elsewhere:nothing".parse().unwrap();
            prop_assert_ne!(explain(&roles, &permission).decision, before);
        }
    }
}

#[test]
fn x06_explanations_read_as_sentences() {
    let mut reader = role(id(1), rules(&["allow assets.*:read", "deny assets.secret:*"]));
    reader.name = "Readers".parse().unwrap();
    let mut root = admin();
    root.name = "admin".parse().unwrap();
    let roles = [reader, root];
    let read = |roles: &[_], text: &str| explain(roles, &permission(text)).to_string();
    assert_eq!(read(&roles[..1], "assets.a:read"), "allowed by rule `allow assets.*:read` of role `Readers`");
    assert_eq!(read(&roles[..1], "assets.secret:read"), "denied by rule `deny assets.secret:*` of role `Readers`");
    assert_eq!(read(&roles[..1], "tokens:read"), "denied: no rule allows it");
    assert_eq!(read(&roles, "assets.secret:read"), "allowed by role `admin`");
}
