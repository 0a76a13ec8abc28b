//! The endpoints that OAuth clients know: introspection (RFC 7662), revocation (RFC 7009) and metadata (RFC 8414).
//!
//! They are for programs: a caller presents a token, as `Bearer` or as the secret of a client, and never the session of a
//! person. Errors are the problems of the whole contract, with the members that OAuth clients read (RFC 6749 §5.2).

mod client;
mod dress;
mod form;
pub(crate) mod introspect;
pub(crate) mod metadata;
pub(crate) mod revoke;

use actix_web::web::Data;
use token_core::StoreError;
use token_guard::actix::inspect_cold;
use token_guard::{Inspection, Question, Refusal};

pub(crate) use client::{ClientSecret, NoClient, client};
pub(crate) use dress::dress;
pub(crate) use form::OAuthForm;

use crate::error::ApiError;
use crate::state::HttpState;

/// What the text in a body is: here and now, or beside the event loop where the guard has to ask.
async fn inspect(state: &Data<HttpState>, text: String, question: Question) -> Result<Inspection, ApiError> {
    match state.guard.inspect_warm(&text, question) {
        Some(found) => Ok(found),
        None => inspect_cold(&state.guard, text, question).await.map_err(|_| ApiError::Internal("the guard panicked")),
    }
}

/// Whether a refusal says something of the text; whatever says that it cannot be known now is an error.
fn certain(refusal: Refusal) -> Result<(), ApiError> {
    match refusal {
        Refusal::Invalid | Refusal::Expired | Refusal::Revoked | Refusal::Superseded | Refusal::Address => Ok(()),
        unknown @ (Refusal::TooManyChecks | Refusal::Stale(_) | Refusal::Unavailable(_)) => {
            Err(ApiError::Refused(unknown))
        }
        // Nobody asks a question about nothing, or about a permission.
        Refusal::NoCredentials | Refusal::SeveralCredentials | Refusal::Missing(_) => {
            Err(ApiError::Refused(Refusal::Unavailable(StoreError::Busy)))
        }
    }
}
