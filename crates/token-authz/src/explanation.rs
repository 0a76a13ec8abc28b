//! A decision in words people can act on.

use core::fmt;

use token_core::{BuiltIn, Permission, Role, RoleName, Rule};

use crate::{Decision, Denial, Permissions, Through};

/// A decision with the role and rule that made it so.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision itself, the one [`Permissions::decide`] gives.
    pub decision: Decision,
    /// The deciding role; none where no rule says anything.
    pub role: Option<RoleName>,
    /// The deciding rule; none where no rule says anything, and for `admin`, which has none.
    pub rule: Option<Rule>,
}

/// Decides about `permission` for the holder of `roles`, and says which role and rule decided.
#[must_use]
pub fn explain<'a>(roles: impl IntoIterator<Item = &'a Role>, permission: &Permission) -> Explanation {
    let roles: Vec<&Role> = roles.into_iter().collect();
    let decision = Permissions::compile(roles.iter().copied()).decide(permission);
    let (role, rule) = match decision {
        Decision::Allow { through: Through::Admin } => (Some(BuiltIn::Admin.id()), None),
        Decision::Allow { through: Through::Rule { role, rule } }
        | Decision::Deny { because: Denial::Rule { role, rule } } => (Some(role), Some(rule)),
        Decision::Deny { because: Denial::NoRule } => (None, None),
    };
    let role = role.and_then(|id| roles.iter().find(|role| role.id == id));
    let rule = role.zip(rule).and_then(|(role, position)| role.rules.get(position));
    Explanation { decision, role: role.map(|role| role.name.clone()), rule: rule.cloned() }
}

impl fmt::Display for Explanation {
    /// One sentence without a full stop, e.g. ``denied by rule `deny *:delete` of role `Readers` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.decision.is_allowed() { "allowed" } else { "denied" })?;
        match (&self.role, &self.rule) {
            (Some(role), Some(rule)) => write!(f, " by rule `{rule}` of role `{role}`"),
            (Some(role), None) => write!(f, " by role `{role}`"),
            (None, _) => f.write_str(": no rule allows it"),
        }
    }
}
