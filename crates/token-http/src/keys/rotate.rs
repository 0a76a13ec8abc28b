//! Makes a new signing key.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{Begin, RotateKey};
use token_wire::RotateKeyRequest;

use super::view;
use crate::answer::json;
use crate::author::Asking;
use crate::body::OptionalJsonBody;
use crate::error::{ApiError, submitted};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/keys/rotate` `{algorithm?, now?}`: 200 and the key that signs next, or now; 409 while one waits.
pub(crate) async fn rotate(
    asking: Asking,
    NoQuery: NoQuery,
    OptionalJsonBody(body): OptionalJsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let command = submitted(RotateKeyRequest::read(body), |request| RotateKey {
        algorithm: request.algorithm,
        begin: if request.now { Begin::Now } else { Begin::Published },
    })?;
    let author = asking.author();
    let key = blocking(&state, move |state| state.admin.rotate_key_submitted(&author, &command)).await?.value;
    Ok(json(&view(&state, &key)))
}
