//! Signs in.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::{AdminError, Secret};
use token_wire::SignInRequest;

use super::{begun, view};
use crate::author::Arrived;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::own_page::OwnPage;
use crate::query::NoQuery;
use crate::sign_in::{attempt, device_cookie};
use crate::state::{HttpState, blocking};

/// `POST /api/v1/session`: 200 and a new session, which the cookie holds; 401 for whoever may not sign in, whatever
/// the reason; 429 after too many failures.
pub(crate) async fn sign_in(
    OwnPage: OwnPage,
    arrived: Arrived,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
    http: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let SignInRequest { username, password } = SignInRequest::read(body)?;
    let checked = attempt(&state, &http, arrived, username, password).await?;
    let started = blocking(&state, move |state| {
        let secret = Secret::generate(state.randomness.as_ref())?;
        let device = state.sign_in.devices.make(&checked.user.username.folded(), state.randomness.as_ref())?;
        let signed_in = state.admin.start_session(&arrived.origin(), &checked, &secret)?.value;
        Ok((signed_in, secret, device))
    });
    let (signed_in, secret, device) = started.await.map_err(|error| match error {
        // Disabled, deleted or with another password since it was checked.
        ApiError::Admin(AdminError::CallerGone) => ApiError::SignInRefused,
        other => other,
    })?;
    let mut response = begun(&secret);
    if let Some(cookie) = device_cookie(&device) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    Ok(response.json(view(&signed_in, &secret)))
}
