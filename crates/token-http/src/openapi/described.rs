//! Words, parameters, bodies and answers of every operation, by tag. A new route gets its row in the file of its tag:
//!
//! ```text
//! post("/api/v1/things", "createThing", "Makes a thing.")
//!     .body::<NewThingBody>()                      // if the handler takes `JsonBody` or `OptionalJsonBody`
//!     .created::<ThingView>("The thing.")          // or answers, versioned, page, gone
//!     .problems(&[ProblemKind::Conflict])          // beside those that need and signature tell
//! ```

mod events;
mod forward;
mod guard;
mod keys;
mod oauth;
mod public;
mod roles;
mod route_rules;
mod sessions;
mod tokens;
mod users;

use super::operation::Described;

/// All rows by tag.
pub(super) fn described() -> Vec<(&'static str, Vec<Described>)> {
    vec![
        ("Caller", public::caller()),
        ("Sessions", sessions::rows()),
        ("Tokens", tokens::rows()),
        ("Roles", roles::rows()),
        ("Route rules", route_rules::rows()),
        ("People", users::rows()),
        ("Changelog", events::rows()),
        ("Signing keys", keys::rows()),
        ("Guards", guard::rows()),
        ("OAuth", oauth::rows()),
        ("Gateways", forward::rows()),
        ("Public", public::rows()),
        ("Operations", public::operations()),
    ]
}
