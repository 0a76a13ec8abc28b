//! Calls of other programs, of which a gateway tells method and path: what the route rules say.

use token_core::{Permission, RequestPath};

use crate::{Caller, Guard};

/// What the route rules say of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Routed {
    /// The caller may do what the deciding rule asks for.
    Allowed,
    /// The caller lacks this permission, which the deciding rule asks for.
    Missing(Permission),
    /// No rule is about such a call, so nobody may make it.
    NoRule,
    /// Roles or rules changed since the caller was admitted: nothing can be said, and the caller is to be admitted anew.
    Changed,
}

impl Guard {
    /// Whether the rule that decides about this method and path lets the caller through. To be asked of a caller that
    /// was just admitted: roles and rules are of one state, or nothing is said.
    #[must_use]
    pub fn route(&self, caller: &Caller, method: &str, path: &RequestPath<'_>) -> Routed {
        let published = self.memory.published();
        let routes = match &self.own_routes {
            Some(own) => own.as_ref(),
            // A version of the policy is one of roles and of rules.
            None if published.policy.as_of == caller.compiled().policy => published.policy.routes.as_ref(),
            None => return Routed::Changed,
        };
        match routes.find(method, path) {
            None => Routed::NoRule,
            Some(rule) if caller.decide(&rule.permission).is_allowed() => Routed::Allowed,
            Some(rule) => Routed::Missing(rule.permission.clone()),
        }
    }
}
