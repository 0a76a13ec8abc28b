//! Takes a signing key from elsewhere.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{Begin, KeyImport};
use token_wire::ImportKeyRequest;

use super::view;
use crate::answer::json;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/keys/import` `{pem, now?}`: 200 and the key; 409 for one that is here, and while another waits.
pub(crate) async fn import(
    asking: Asking,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let import = submitted(ImportKeyRequest::read(body), |request| KeyImport {
        pem: request.pem,
        begin: if request.now { Begin::Now } else { Begin::Published },
    })?;
    let author = asking.author();
    let key = blocking(&state, move |state| state.admin.import_key_submitted(&author, &import)).await?.value;
    Ok(json(&view(&state, &key)))
}
