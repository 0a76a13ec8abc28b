//! All roles of one version, and what their holders may do.

use std::collections::BTreeMap;

use token_core::{BuiltIn, Role, RoleId, RoleSet};

use crate::Permissions;

/// All roles as they stood at one instant. Never changes: another version of the roles is another policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    roles: BTreeMap<RoleId, Role>,
}

impl Policy {
    /// The policy of these roles, whose ids are distinct.
    #[must_use]
    pub fn new(roles: Vec<Role>) -> Self {
        Self { roles: roles.into_iter().map(|role| (role.id, role)).collect() }
    }

    /// The role with this id.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(&id)
    }

    /// What a holder of the roles `explicit` may do, and of the role `implicit` that is held without being listed.
    ///
    /// Compiles anew with every call, in time linear in the number of rules: keep the answer as long as the policy.
    #[must_use]
    pub fn holder(&self, explicit: &RoleSet, implicit: BuiltIn) -> Permissions {
        Permissions::compile(self.held(explicit, implicit))
    }

    /// The roles that count for such a holder, each once.
    ///
    /// Ids without a role add nothing. `admin` is never held implicitly: as `implicit` it adds nothing.
    pub fn held(&self, explicit: &RoleSet, implicit: BuiltIn) -> impl Iterator<Item = &Role> {
        let implicit = Some(implicit.id()).filter(|id| implicit.is_implicit() && !explicit.contains(id));
        explicit.iter().copied().chain(implicit).filter_map(|id| self.role(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: RoleId, rules: &[&str]) -> Role {
        Role {
            id,
            name: "r".parse().unwrap(),
            description: "".parse().unwrap(),
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            version: 1,
        }
    }

    fn id(number: u8) -> RoleId {
        format!("0192f3c1-7a52-7c11-8d4e-0242ac1200{number:02x}").parse().unwrap()
    }

    fn policy() -> Policy {
        Policy::new(vec![
            role(BuiltIn::Admin.id(), &[]),
            role(BuiltIn::AllExternalApplications.id(), &["allow token:x"]),
            role(BuiltIn::AllUsers.id(), &["allow person:x"]),
            role(id(1), &["allow one:x"]),
            role(id(2), &["deny one:x", "deny token:x"]),
        ])
    }

    fn allows(permissions: &Permissions, permission: &str) -> bool {
        permissions.decide(&permission.parse().unwrap()).is_allowed()
    }

    #[test]
    fn s19_every_holder_has_its_implicit_role() {
        let nobody = RoleSet::none();
        let token = policy().holder(&nobody, BuiltIn::AllExternalApplications);
        assert!(allows(&token, "token:x") && !allows(&token, "person:x") && !allows(&token, "one:x"));
        let person = policy().holder(&nobody, BuiltIn::AllUsers);
        assert!(allows(&person, "person:x") && !allows(&person, "token:x"));
    }

    #[test]
    fn t06_a_deny_takes_what_the_implicit_role_grants() {
        let both = policy().holder(&[id(1), id(2)].into(), BuiltIn::AllExternalApplications);
        assert!(!allows(&both, "token:x") && !allows(&both, "one:x"));
    }

    #[test]
    fn p05_unknown_roles_add_nothing() {
        let unknown = policy().holder(&[id(9)].into(), BuiltIn::AllUsers);
        assert!(allows(&unknown, "person:x") && !allows(&unknown, "one:x"));
        let empty = Policy::default().holder(&[BuiltIn::Admin.id(), id(1)].into(), BuiltIn::AllUsers);
        assert!(!allows(&empty, "one:x") && !empty.holds_admin());
    }

    #[test]
    fn t04_admin_is_held_only_explicitly() {
        assert!(!policy().holder(&RoleSet::none(), BuiltIn::Admin).holds_admin());
        assert!(policy().holder(&[BuiltIn::Admin.id()].into(), BuiltIn::AllUsers).holds_admin());
    }

    #[test]
    fn an_implicit_role_that_is_listed_counts_once() {
        let listed = [BuiltIn::AllUsers.id(), id(1)].into();
        let policy = policy();
        let held: Vec<RoleId> = policy.held(&listed, BuiltIn::AllUsers).map(|role| role.id).collect();
        assert_eq!(held, [BuiltIn::AllUsers.id(), id(1)]);
        assert_eq!(policy.role(id(1)).map(|role| role.id), Some(id(1)));
        assert_eq!(policy.role(id(9)), None);
    }
}
