//! Words, parameters, bodies and answers of every operation, by tag. A new route gets its row in the file of its tag:
//!
//! ```text
//! post("/api/v1/things", "createThing", "Makes a thing.")
//!     .body::<NewThingBody>()                      // if the handler takes `JsonBody` or `OptionalJsonBody`
//!     .created::<ThingView>("The thing.")          // or answers, versioned, page, gone
//!     .problems(&[ProblemKind::Conflict])          // beside those that need and signature tell
//! ```

mod events;
mod guard;
mod keys;
mod public;
mod roles;
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
        ("People", users::rows()),
        ("Changelog", events::rows()),
        ("Signing keys", keys::rows()),
        ("Guards", guard::rows()),
        ("Public", public::rows()),
        ("Operations", public::operations()),
    ]
}
