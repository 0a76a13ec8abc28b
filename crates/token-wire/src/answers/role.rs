//! Roles and their rules.

use serde::{Deserialize, Serialize};
use token_core::{Role, RoleUse, Rule, UserId};

/// One rule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Rule))]
pub struct RuleView {
    /// `allow` or `deny`.
    pub effect: String,
    /// The pattern, e.g. `assets.*:read`.
    pub permission: String,
}

impl From<&Rule> for RuleView {
    fn from(rule: &Rule) -> Self {
        Self { effect: rule.effect.as_str().to_owned(), permission: rule.pattern.to_string() }
    }
}

/// A role by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RoleName))]
pub struct RoleNameView {
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A role.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Role))]
pub struct RoleView {
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it exists from the beginning and cannot be removed.
    pub built_in: bool,
    /// What it grants and denies, in the order people gave.
    pub rules: Vec<RuleView>,
    /// Counts saves from 1; the `ETag`.
    pub version: u64,
}

impl From<&Role> for RoleView {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            description: role.description.to_string(),
            built_in: role.built_in().is_some(),
            rules: role.rules.iter().map(RuleView::from).collect(),
            version: role.version,
        }
    }
}

/// A role, and where it is used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RoleWithUse))]
pub struct RoleWithUseView {
    /// The role.
    #[serde(flatten)]
    pub role: RoleView,
    /// How many tokens hold it explicitly. Not part of the version.
    pub used_by_tokens: u64,
    /// How many people hold it explicitly. Not part of the version.
    pub used_by_users: u64,
    /// Which people hold it explicitly; `null` where there are more than 1000.
    pub users: Option<Vec<String>>,
}

impl RoleWithUseView {
    /// A role and where it is used.
    #[must_use]
    pub fn new(role: &Role, used: &RoleUse, users: Option<&[UserId]>) -> Self {
        let users = users.map(|users| users.iter().map(ToString::to_string).collect());
        Self { role: role.into(), used_by_tokens: used.tokens, used_by_users: used.users, users }
    }
}

#[cfg(test)]
mod tests {
    use token_core::BuiltIn;

    use super::*;

    #[test]
    fn shape_of_a_role() {
        let role = Role {
            id: BuiltIn::AllUsers.id(),
            name: "All users".parse().unwrap(),
            description: "".parse().unwrap(),
            rules: vec!["allow assets.*:read".parse().unwrap()],
            version: 2,
        };
        let json =
            serde_json::to_string(&RoleWithUseView::new(&role, &RoleUse { tokens: 3, users: 0 }, Some(&[]))).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"id":"00000000-0000-7000-8000-000000000003","name":"All users","description":"","built_in":true,"#,
                r#""rules":[{"effect":"allow","permission":"assets.*:read"}],"version":2,"used_by_tokens":3,"used_by_users":0,"users":[]}"#
            )
        );
        assert_eq!(serde_json::from_str::<RoleView>(&json).unwrap(), RoleView::from(&role));
    }
}
