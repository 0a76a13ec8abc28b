//! Signing in and out, one's own password, and the first person: as the JSON API does it, from pages.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponseBuilder};
use token_admin::{EditUser, NewUser, Password, Submitted};
use token_core::{UserRecord, Username};

use super::{PageError, Visit, Visitor};
use crate::session::Begun;
use crate::sign_in::no_session;
use crate::state::{HttpState, blocking};

/// A session that began just now.
#[derive(Debug)]
pub struct SignedInNow(Begun);

impl SignedInNow {
    /// Gives the session to the browser with this answer.
    pub fn set(&self, response: &mut HttpResponseBuilder) {
        self.0.set(response);
    }

    /// What its forms send along.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        self.0.csrf_token()
    }
}

/// Signs in: counted, throttled and hashed like every sign-in.
///
/// # Errors
///
/// [`PageError::is_sign_in_refused`] for whoever may not, whatever the reason; [`PageError::wait`] after too many
/// failures.
pub async fn sign_in(
    state: &Data<HttpState>,
    http: &HttpRequest,
    visitor: &Visitor,
    username: Username,
    password: Password,
) -> Result<SignedInNow, PageError> {
    Ok(SignedInNow(crate::session::sign_in::begin(state, http, visitor.arrived, username, password).await?))
}

/// Signs out: the session has ended on every node, and the browser drops its cookie.
///
/// # Errors
///
/// As ending a session has.
pub async fn sign_out(
    state: &Data<HttpState>,
    visit: &Visit,
    response: &mut HttpResponseBuilder,
) -> Result<(), PageError> {
    let (digest, author) = (visit.person().secret.digest(), visit.author());
    blocking(state, move |state| state.admin.end_session(&author, &digest)).await?;
    if let Some(cookie) = no_session() {
        response.append_header((header::SET_COOKIE, cookie));
    }
    Ok(())
}

/// Another password for whoever looks at the page; all their other sessions end.
///
/// # Errors
///
/// Refused values at `/current` and `/new`; [`PageError::wait`] after too many failures.
pub async fn change_password(
    state: &Data<HttpState>,
    visit: &Visit,
    visitor: &Visitor,
    current: Password,
    new: Password,
) -> Result<SignedInNow, PageError> {
    Ok(SignedInNow(crate::session::password::changed(state, &visit.asking, visitor.arrived, current, new).await?))
}

/// The first person, by the one-time code.
///
/// # Errors
///
/// [`PageError::is_setup_refused`] for a code that is wrong, used or too old; refused values; [`PageError::wait`].
pub async fn complete_setup(
    state: &Data<HttpState>,
    visitor: &Visitor,
    code: Option<String>,
    new: Submitted<NewUser, EditUser>,
) -> Result<UserRecord, PageError> {
    Ok(crate::setup::complete(state, visitor.arrived, code, new).await?)
}
