//! The answer, and what made it so.

use token_core::RoleId;

/// Whether a holder of roles may do one thing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Decision {
    /// It may.
    Allow {
        /// What grants it.
        through: Through,
    },
    /// It may not.
    Deny {
        /// What stands against it.
        because: Denial,
    },
}

impl Decision {
    /// Whether the answer is yes.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allow { .. })
    }
}

/// What grants a permission.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Through {
    /// The built-in role `admin`, above every rule.
    Admin,
    /// The first allowing rule: roles in the order of their ids, rules in the order of their role.
    Rule {
        /// The role.
        role: RoleId,
        /// Which of its rules, from 0.
        rule: usize,
    },
}

/// Why a permission is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Denial {
    /// Nothing grants it.
    NoRule,
    /// The first denying rule: roles in the order of their ids, rules in the order of their role.
    Rule {
        /// The role.
        role: RoleId,
        /// Which of its rules, from 0.
        rule: usize,
    },
}
