//! Effective permissions: what a set of roles comes to.

use token_core::{BuiltIn, Permission, Role, RoleId};

use crate::table::Table;
use crate::{Decision, Denial, Through};

/// The effective permissions of a set of roles, compiled for deciding; to be made once per version of the roles.
///
/// Without roles, and without rules, it allows nothing.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    admin: bool,
    table: Table,
    /// Where the rule at each position of the table comes from.
    sources: Vec<Source>,
}

impl Permissions {
    /// Compiles roles with distinct ids; their order does not matter.
    #[must_use]
    pub fn compile<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Self {
        let mut roles: Vec<&Role> = roles.into_iter().collect();
        roles.sort_by_key(|role| role.id);
        let sources = |role: &&Role| {
            let (role, rules) = (role.id, role.rules.len());
            (0..rules).map(move |rule| Source { role, rule })
        };
        Self {
            admin: roles.iter().any(|role| role.id == BuiltIn::Admin.id()),
            table: Table::of(roles.iter().flat_map(|role| &role.rules)),
            sources: roles.iter().flat_map(sources).collect(),
        }
    }

    /// Whether the holder may do `permission`: `admin` may; else not what a rule denies; else what a rule allows.
    ///
    /// Total, without allocation, and equal for equal roles, the rule it names included.
    pub fn decide(&self, permission: &Permission) -> Decision {
        if self.admin {
            return Decision::Allow { through: Through::Admin };
        }
        let firsts = self.table.firsts(permission.resource(), permission.action());
        let source = |position: usize| self.sources.get(position).copied();
        if let Some(position) = firsts.deny() {
            let because = source(position).map_or(Denial::NoRule, Source::denial);
            return Decision::Deny { because };
        }
        match firsts.allow().and_then(source) {
            Some(Source { role, rule }) => Decision::Allow { through: Through::Rule { role, rule } },
            None => Decision::Deny { because: Denial::NoRule },
        }
    }

    /// Whether the role `admin` is among the roles.
    #[must_use]
    pub const fn holds_admin(&self) -> bool {
        self.admin
    }

    pub(crate) const fn table(&self) -> &Table {
        &self.table
    }
}

#[derive(Clone, Copy, Debug)]
struct Source {
    role: RoleId,
    rule: usize,
}

impl Source {
    const fn denial(self) -> Denial {
        Denial::Rule { role: self.role, rule: self.rule }
    }
}
