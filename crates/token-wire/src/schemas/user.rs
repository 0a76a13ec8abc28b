//! Bodies about people.

use serde::Serialize;
use utoipa::ToSchema;

/// A person to be given an account; only the user name must be given.
#[derive(Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct NewUserBody {
    /// The name to sign in with; unique, whatever the case.
    #[schema(min_length = 1, max_length = 64, example = "ada")]
    pub username: String,
    /// What others call them; empty if left out.
    #[schema(required = false, max_length = 100, example = "Ada Lovelace")]
    pub display_name: String,
    /// The ids of their roles; none if left out.
    #[schema(required = false, max_items = 64, example = json!([]))]
    pub roles: Vec<String>,
    /// Whether they may sign in; so if left out.
    #[schema(required = false, example = true)]
    pub enabled: bool,
    /// At least 12 characters, at most 1024 bytes; left out for none yet.
    #[schema(required = false, min_length = 12, max_length = 1024, format = Password)]
    pub password: String,
}

/// What shall change of a person; what is left out stays.
#[derive(Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserEdit)]
pub struct EditUserBody {
    /// Another name to sign in with.
    #[schema(required = false, min_length = 1, max_length = 64, example = "ada")]
    pub username: String,
    /// Another name for others to see.
    #[schema(required = false, max_length = 100, example = "Ada Lovelace")]
    pub display_name: String,
    /// The ids of all their roles.
    #[schema(required = false, max_items = 64, example = json!([]))]
    pub roles: Vec<String>,
    /// Whether they may sign in; `false` ends their sessions.
    #[schema(required = false, example = true)]
    pub enabled: bool,
    /// Another password, of somebody else; ends their sessions.
    #[schema(required = false, min_length = 12, max_length = 1024, format = Password)]
    pub password: String,
}

macro_rules! redacted {
    ($($body:ident),+) => {$(
        impl core::fmt::Debug for $body {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($body), "(redacted)"))
            }
        }
    )+};
}

redacted!(NewUserBody, EditUserBody);
