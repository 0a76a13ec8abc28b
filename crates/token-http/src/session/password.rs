//! Changes one's own password.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{AdminError, Password, Secret};
use token_wire::ChangePasswordRequest;

use super::Begun;
use crate::author::{Arrived, Asking};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::sign_in::confirm;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/session/password`: 200 and a new session; all others of the person have ended. 422 for a wrong
/// present password.
pub(crate) async fn change(
    asking: Asking,
    arrived: Arrived,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let ChangePasswordRequest { current, new } = ChangePasswordRequest::read(body)?;
    let password = |text: String| Password::new(text).map_err(|_| ApiError::Internal("a password of another form"));
    let (current, new) = (password(current.into_text())?, password(new.into_text())?);
    let begun = changed(&state, &asking, arrived, current, new).await?;
    let mut response = HttpResponse::Ok();
    begun.set(&mut response);
    Ok(response.json(begun.view()))
}

/// Another password for whoever asks and knows the present one.
pub(crate) async fn changed(
    state: &Data<HttpState>,
    asking: &Asking,
    arrived: Arrived,
    current: Password,
    new: Password,
) -> Result<Begun, ApiError> {
    let (user, author) = (&asking.person()?.signed_in.user, asking.author());
    let confirmed = confirm(state, arrived, user.id, user.username.clone(), current).await?;
    let wrong = || ApiError::Admin(AdminError::invalid("/current", "is not your password"));
    let checked = confirmed.ok_or_else(wrong)?;
    let changed = blocking(state, move |state| {
        let secret = Secret::generate(state.randomness.as_ref())?;
        Ok((state.admin.change_own_password(&author, &checked, &Ok(new), &secret)?.value, secret))
    });
    changed.await.map(|(signed_in, secret)| Begun::new(signed_in, secret))
}
