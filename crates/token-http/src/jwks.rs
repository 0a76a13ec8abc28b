//! The public keys (RFC 7517).

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::entity::cached_json;
use crate::error::ApiError;
use crate::state::HttpState;

/// `GET /.well-known/jwks.json`: keys that verify now; 304 if the client has them.
pub(crate) async fn jwks(request: HttpRequest, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let guard = Arc::clone(&state.guard);
    let keys = web::block(move || {
        // Keys that were good a moment ago are better than none: whoever verifies asks us about tokens anyway.
        if let Err(error) = guard.look() {
            tracing::warn!(error = %error, "publishes the keys it knows, because the store does not answer");
        }
        guard.with_keys(|ring| serde_json::to_vec(&ring.jwks()))
    });
    let body = keys.await.map_err(|_| ApiError::Internal("publishing keys panicked"))?;
    let body = body.map_err(|_| ApiError::Internal("public keys did not serialize"))?;
    // A new key is published for as long before it signs.
    let cached = format!("public, max-age={}", state.admin.key_publication().as_secs());
    Ok(cached_json(&request, body, &cached))
}
