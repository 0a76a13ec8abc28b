//! What OAuth clients are told of this server (RFC 8414).

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_wire::AuthorizationServerView;

use crate::entity::cached_json;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::HttpState;

/// How callers of both endpoints say who they are; `Bearer` is of the registry of access token types (RFC 8414 §2).
const METHODS: [&str; 2] = ["client_secret_basic", "Bearer"];

/// It is as good as the settings of the server.
const CACHED: &str = "public, max-age=300";

/// `GET /.well-known/oauth-authorization-server`: where the endpoints and the keys are; 304 if the client has it.
pub(crate) async fn metadata(
    request: HttpRequest,
    NoQuery: NoQuery,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let identity = state.guard.identity().unwrap_or_else(|| state.admin.identity().clone());
    let url = state.sign_in.site.url();
    let methods = || METHODS.map(ToOwned::to_owned).to_vec();
    let view = AuthorizationServerView {
        issuer: identity.issuer.to_string(),
        jwks_uri: format!("{url}/.well-known/jwks.json"),
        introspection_endpoint: format!("{url}/oauth2/introspect"),
        introspection_endpoint_auth_methods_supported: methods(),
        revocation_endpoint: format!("{url}/oauth2/revoke"),
        revocation_endpoint_auth_methods_supported: methods(),
        response_types_supported: Vec::new(),
        grant_types_supported: Vec::new(),
        service_documentation: format!("{url}/api/docs"),
    };
    let body = serde_json::to_vec(&view).map_err(|_| ApiError::Internal("metadata did not serialize"))?;
    Ok(cached_json(&request, body, CACHED))
}
