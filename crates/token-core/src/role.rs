//! Roles: named sets of rules.

use crate::{RoleDescription, RoleId, RoleName, Rule};

/// The roles that exist from the beginning and cannot be removed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum BuiltIn {
    /// May do everything; no rule denies it; cannot be edited.
    Admin,
    /// Held by every token, without being listed; its rules can be edited.
    AllExternalApplications,
    /// Held by every person, without being listed; its rules can be edited.
    AllUsers,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::AllExternalApplications, Self::AllUsers];

    /// Its id, the same in every installation.
    #[must_use]
    pub const fn id(self) -> RoleId {
        match self {
            Self::Admin => RoleId::built_in(1),
            Self::AllExternalApplications => RoleId::built_in(2),
            Self::AllUsers => RoleId::built_in(3),
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::AllExternalApplications => "All external applications",
            Self::AllUsers => "All users",
        }
    }

    /// What it is for.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "May do everything. Cannot be edited or removed, and no rule denies what it grants.",
            Self::AllExternalApplications => "Held by every API token.",
            Self::AllUsers => "Held by every person.",
        }
    }

    /// Whether holders have it without being given it, so that no form or field lists it.
    #[must_use]
    pub const fn is_implicit(self) -> bool {
        !matches!(self, Self::Admin)
    }

    /// The built-in role with this id, if it is one.
    #[must_use]
    pub fn by_id(id: RoleId) -> Option<Self> {
        Self::ALL.into_iter().find(|built_in| built_in.id() == id)
    }
}

/// A named set of rules. Without rules it has no effect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Role {
    /// Identity; a role that is deleted and made again is another role.
    pub id: RoleId,
    /// Unique in its folded form.
    pub name: RoleName,
    /// What it is for.
    pub description: RoleDescription,
    /// At most [`crate::limits::RULES_PER_ROLE`], in the order people gave them.
    pub rules: Vec<Rule>,
    /// Counts saves from 1; the HTTP `ETag`.
    pub version: u64,
}

impl Role {
    /// Which built-in role it is, if any.
    #[must_use]
    pub fn built_in(&self) -> Option<BuiltIn> {
        BuiltIn::by_id(self.id)
    }
}

/// Where a role is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleUse {
    /// How many tokens hold it explicitly.
    pub tokens: u64,
    /// How many people hold it explicitly.
    pub users: u64,
}
