//! `/session`: signing in and out.

pub(crate) mod password;
pub(crate) mod show;
pub(crate) mod sign_in;
pub(crate) mod sign_out;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
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

/// An answer with a session that began just now.
fn begun(secret: &Secret) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    if let Some(cookie) = session_cookie(&secret.text()) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    response
}
