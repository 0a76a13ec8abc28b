//! Signs in.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::{AdminError, Password, Secret};
use token_core::Username;
use token_wire::SignInRequest;

use super::Begun;
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
    let password = Password::new(password.into_text()).map_err(|_| ApiError::Internal("a password of another form"))?;
    let begun = begin(&state, &http, arrived, username, password).await?;
    let mut response = HttpResponse::Ok();
    begun.set(&mut response);
    Ok(response.json(begun.view()))
}

/// A new session for whoever has this name and this password.
pub(crate) async fn begin(
    state: &Data<HttpState>,
    http: &HttpRequest,
    arrived: Arrived,
    username: Username,
    password: Password,
) -> Result<Begun, ApiError> {
    let checked = attempt(state, http, arrived, username, password).await?;
    let started = blocking(state, move |state| {
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
    let mut begun = Begun::new(signed_in, secret);
    begun.cookies.extend(device_cookie(&device));
    Ok(begun)
}
