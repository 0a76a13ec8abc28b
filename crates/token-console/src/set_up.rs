//! The first person.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{AdminError, EditUser, FieldError, NewUser, Password, Refused, Submitted};
use token_core::RoleSet;
use token_http::HttpState;
use token_http::pages::{self, Fields, PageError, Query, Visitor, html, html_with, redirect};

use crate::forms::{Field, Summary, wait};
use crate::looks::rendered;
use crate::notice::Notice;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage {
    shell: Shell,
    summary: Summary,
    code: Field,
    username: Field,
    display_name: Field,
    password: Field,
}

/// `GET /set-up?code=`: the form; the code may come with the address that the server printed.
pub(crate) async fn page(request: HttpRequest) -> HttpResponse {
    let code = Query::parse(request.query_string()).text("code").unwrap_or_default();
    html(rendered(&SetUpPage {
        shell: Shell::public("Set up Tokenward"),
        summary: Summary::default(),
        code: Field::of(code),
        username: Field::default(),
        display_name: Field::default(),
        password: Field::default(),
    }))
}

/// `POST /set-up`: the first account, and on to signing in; the form again, with everything that is wrong.
pub(crate) async fn set_up(
    visitor: Visitor,
    fields: Fields,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let text = |name| fields.text(name).unwrap_or_default().to_owned();
    let new = submitted(&fields);
    let code = Some(text("code").trim().to_owned());
    let Err(error) = pages::complete_setup(&state, &visitor, code, new).await else {
        return Ok(redirect("/sign-in?done=set-up"));
    };
    let again = |status: StatusCode, notice: Option<Notice>, errors: &[FieldError]| {
        let field = |name: &'static str| Field::with(text(name), errors, name);
        let page = SetUpPage {
            shell: Shell::public("Set up Tokenward").saying(notice),
            summary: Summary::of(errors),
            code: field("code"),
            username: field("username"),
            display_name: field("display_name"),
            password: Field { value: String::new(), ..field("password") },
        };
        html_with(status, rendered(&page))
    };
    if error.is_setup_refused() || error.wait().is_some() {
        let told = error.told();
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::UNAUTHORIZED);
        let mut response = again(status, Some(Notice::bad(told.detail.unwrap_or(told.title))), &[]);
        wait(&mut response, error.wait());
        return Ok(response);
    }
    match error.into_admin()? {
        AdminError::Invalid(errors) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, None, &errors)),
        other => Err(other.into()),
    }
}

fn submitted(fields: &Fields) -> Submitted<NewUser, EditUser> {
    let text = |name| fields.text(name).unwrap_or_default();
    let mut errors = Vec::new();
    let mut refuse = |name: &str, why: String| errors.push(FieldError::new(format!("/{name}"), why));
    let username =
        text("username").parse().map_err(|error: token_core::TextError| refuse("username", error.to_string()));
    let display_name =
        text("display_name").parse().map_err(|error: token_core::TextError| refuse("display_name", error.to_string()));
    let password = Password::new(text("password").to_owned()).map_err(|error| refuse("password", error.to_string()));
    match (username, display_name, password) {
        (Ok(username), Ok(display_name), Ok(password)) => {
            // The use case gives the role `admin`.
            Ok(NewUser { username, display_name, roles: RoleSet::none(), enabled: true, password: Some(password) })
        }
        (username, display_name, password) => {
            let (username, display_name, password) = (username.ok(), display_name.ok(), password.ok());
            let good = EditUser { username, display_name, password, ..EditUser::default() };
            Err(Refused { errors, good: Box::new(good) })
        }
    }
}
