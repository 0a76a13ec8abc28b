//! One's own account: who one is, the password, and where one is signed in.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{AdminError, FieldError, Password};
use token_http::HttpState;
use token_http::pages::{self, Fields, PageError, Query, Visit, Visitor, html, html_with};

use crate::forms::{Field, Summary, sentence, wait};
use crate::looks::rendered;
use crate::moment;
use crate::notice::{Notice, done};
use crate::shell::{Shell, View};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    username: String,
    session_ends: String,
    summary: Summary,
    current: Field,
    new: Field,
}

impl AccountPage {
    fn new(visit: &Visit, notice: Option<Notice>, errors: &[FieldError]) -> Self {
        let signed_in = visit.signed_in();
        Self {
            shell: Shell::new("Your account", View::None, visit).saying(notice),
            username: signed_in.user.username.to_string(),
            session_ends: moment::date_time(signed_in.session.expires_at),
            summary: Summary::of(errors),
            current: Field::with("", errors, "password_current"),
            new: Field::with("", errors, "password_new"),
        }
    }
}

/// `GET /account`.
pub(crate) async fn page(visit: Visit, request: HttpRequest) -> HttpResponse {
    let notice = done(&mut Query::parse(request.query_string()));
    html(rendered(&AccountPage::new(&visit, notice, &[])))
}

/// `POST /account/password`: another password, and a new session; all others end. The same password again does nothing
/// but that: this is also how one signs out everywhere else.
pub(crate) async fn change_password(
    visit: Visit,
    visitor: Visitor,
    fields: Fields,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let text = |name| fields.text(name).unwrap_or_default().to_owned();
    let mut errors = Vec::new();
    let mut read = |name: &'static str| {
        let password = Password::new(text(name));
        password.map_err(|error| errors.push(FieldError::new(format!("/{name}"), error.to_string()))).ok()
    };
    let (current, new) = (read("password_current"), read("password_new"));
    if text("password_new") != text("password_again") {
        errors.push(FieldError::new("/password_new", "is not the same both times"));
    }
    let (Some(current), Some(new), true) = (current, new, errors.is_empty()) else {
        return Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, rendered(&AccountPage::new(&visit, None, &errors))));
    };
    let error = match pages::change_password(&state, &visit, &visitor, current, new).await {
        Ok(begun) => {
            let mut response = HttpResponse::SeeOther();
            response.insert_header(("location", "/account?done=password-changed"));
            begun.set(&mut response);
            return Ok(response.finish());
        }
        Err(error) => error,
    };
    if error.wait().is_some() {
        let told = error.told();
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
        let notice = Notice::bad(sentence(&told.detail.unwrap_or(told.title)));
        let mut response = html_with(status, rendered(&AccountPage::new(&visit, Some(notice), &[])));
        wait(&mut response, error.wait());
        return Ok(response);
    }
    match error.into_admin()? {
        AdminError::Invalid(errors) => {
            let errors: Vec<FieldError> = errors.into_iter().map(pointed).collect();
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, rendered(&AccountPage::new(&visit, None, &errors))))
        }
        other => Err(other.into()),
    }
}

/// The fields of this form begin with `password`, so that nobody keeps them.
fn pointed(error: FieldError) -> FieldError {
    let pointer = format!("/password_{}", error.pointer.trim_start_matches('/'));
    FieldError::new(pointer, error.detail)
}
