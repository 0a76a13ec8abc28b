//! `/session`: signing in and out.

pub(crate) mod password;
pub(crate) mod show;
pub(crate) mod sign_in;
pub(crate) mod sign_out;

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{self, HeaderValue};
use token_admin::{Secret, SignedIn};
use token_wire::{SessionUserView, SessionView, format_seconds};

use crate::sign_in::{csrf_token, session_cookie};

/// Who is signed in, and what changes must send along.
fn view(signed_in: &SignedIn, secret: &Secret) -> SessionView {
    let user = &signed_in.user;
    SessionView {
        user: SessionUserView {
            id: user.id.to_string(),
            username: user.username.to_string(),
            display_name: user.display_name.to_string(),
        },
        csrf_token: csrf_token(secret),
        expires_at: format_seconds(signed_in.session.expires_at),
    }
}

/// A session that began just now, and what the browser keeps of it.
#[derive(Debug)]
pub(crate) struct Begun {
    signed_in: SignedIn,
    secret: Secret,
    cookies: Vec<HeaderValue>,
}

impl Begun {
    fn new(signed_in: SignedIn, secret: Secret) -> Self {
        let cookies = session_cookie(&secret.text()).into_iter().collect();
        Self { signed_in, secret, cookies }
    }

    /// Gives the cookies to the browser with this answer.
    pub(crate) fn set(&self, response: &mut HttpResponseBuilder) {
        for cookie in &self.cookies {
            response.append_header((header::SET_COOKIE, cookie.clone()));
        }
    }

    /// What pages of the session send along with changes.
    pub(crate) fn csrf_token(&self) -> String {
        csrf_token(&self.secret)
    }

    fn view(&self) -> SessionView {
        view(&self.signed_in, &self.secret)
    }
}
