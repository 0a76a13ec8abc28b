//! Who calls, and what the caller may do.

use serde::{Deserialize, Serialize};

use super::RoleNameView;

/// `GET /whoami`: the first guarded call everybody tries.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Caller))]
pub struct WhoamiView {
    /// `token` or `person`.
    pub kind: String,
    /// Which token or person.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The `jti` of the text that was presented; `null` for a person.
    pub credential: Option<String>,
    /// The earlier end of token and text, `null` for none; the end of a person's session.
    pub expires_at: Option<String>,
    /// Its explicit roles.
    pub roles: Vec<RoleNameView>,
    /// The rules of all its roles, the implicit one included: a deny goes above an allow, `admin` above both.
    pub permissions: Vec<WhoamiRuleView>,
}

/// One rule the caller's permissions come from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CallerRule))]
pub struct WhoamiRuleView {
    /// `allow` or `deny`.
    pub effect: String,
    /// The pattern.
    pub permission: String,
    /// The name of the role that says so.
    pub role: String,
}
