//! Bodies about roles.

use serde::Serialize;
use utoipa::ToSchema;

/// A rule of a role.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRule)]
pub struct RuleBody {
    /// `allow` or `deny`; a deny goes above an allow.
    #[schema(pattern = "^(allow|deny)$", example = "allow")]
    pub effect: String,
    /// `resource:action`; `*` for any action, `*` for any resource, `assets.*` for every resource below `assets`.
    #[schema(example = "assets.*:read")]
    pub permission: String,
}

/// A role to be made; only the name must be given.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole)]
pub struct NewRoleBody {
    /// What people call it; unique, whatever the case.
    #[schema(min_length = 1, max_length = 64, example = "Asset readers")]
    pub name: String,
    /// What it is for; empty if left out.
    #[schema(required = false, max_length = 2000, example = "May read every kind of asset")]
    pub description: String,
    /// What it grants and denies; nothing if left out.
    #[schema(required = false, max_items = 1000)]
    pub rules: Vec<RuleBody>,
    /// The ids of people who hold it from the beginning; needs `users:update`, too.
    #[schema(required = false, max_items = 1000, example = json!([]))]
    pub users: Vec<String>,
}

/// What shall change of a role; what is left out stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleEdit)]
pub struct EditRoleBody {
    /// A new name.
    #[schema(required = false, min_length = 1, max_length = 64, example = "Asset readers")]
    pub name: String,
    /// A new description.
    #[schema(required = false, max_length = 2000)]
    pub description: String,
    /// Other rules, all of them.
    #[schema(required = false, max_items = 1000)]
    pub rules: Vec<RuleBody>,
    /// The ids of all people who hold it explicitly, and nobody else; needs `users:update`, too.
    #[schema(required = false, max_items = 1000, example = json!([]))]
    pub users: Vec<String>,
}
