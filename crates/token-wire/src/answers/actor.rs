//! Whoever did something.

use serde::{Deserialize, Serialize};
use token_core::Actor;

/// Whoever did something; id and name as they were then.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Actor))]
pub struct ActorView {
    /// `person`, `token`, `command line` or `system`.
    pub kind: String,
    /// The id of a person or token.
    pub id: Option<String>,
    /// The name to show.
    pub name: String,
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        let id = match actor {
            Actor::Person { id, .. } => Some(id.to_string()),
            Actor::Token { id, .. } => Some(id.to_string()),
            Actor::CommandLine | Actor::System => None,
        };
        Self { kind: actor.kind().to_owned(), id, name: actor.name().to_owned() }
    }
}
