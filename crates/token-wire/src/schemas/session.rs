//! Bodies about signing in.

use serde::Serialize;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct SignInBody {
    /// The name, in any letter case.
    #[schema(min_length = 1, max_length = 64, example = "ada")]
    pub username: String,
    /// The password; at most 1024 bytes, every one of which counts.
    #[schema(min_length = 1, max_length = 1024, format = Password)]
    pub password: String,
}

/// Another password for oneself.
#[derive(Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct ChangePasswordBody {
    /// The password until now.
    #[schema(min_length = 1, max_length = 1024, format = Password)]
    pub current: String,
    /// The password from now on: at least 12 characters, at most 1024 bytes.
    #[schema(min_length = 12, max_length = 1024, format = Password)]
    pub new: String,
}

/// The first person.
#[derive(Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Setup)]
pub struct SetupBody {
    /// The one-time code.
    pub code: String,
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 64, example = "ada")]
    pub username: String,
    /// What others call them; empty if left out.
    #[schema(required = false, max_length = 100, example = "Ada Lovelace")]
    pub display_name: String,
    /// At least 12 characters, at most 1024 bytes.
    #[schema(min_length = 12, max_length = 1024, format = Password)]
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

redacted!(SignInBody, ChangePasswordBody, SetupBody);
