//! The first person.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use token_admin::{AdminError, EditUser, NewUser, Password, Secret, Submitted};
use token_core::{RoleSet, UserRecord};
use token_wire::{RequestError, SessionUserView, SetupRequest};

use crate::author::Arrived;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::own_page::OwnPage;
use crate::query::NoQuery;
use crate::sign_in::{Counter, TooEarly};
use crate::state::{HttpState, blocking};

/// `POST /api/v1/setup`: 201, the first person, who may do everything; 401 for a code that is wrong, used or too old.
pub(crate) async fn setup(
    OwnPage: OwnPage,
    arrived: Arrived,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let read = SetupRequest::read(body);
    let code = match &read {
        Ok(request) => request.code.clone(),
        Err(RequestError::Refused(_, code)) => code.as_ref().clone(),
        Err(RequestError::Shape(_)) => None,
    };
    let new = submitted_with(read, command, |_| EditUser::default())?;
    let record = complete(&state, arrived, code, new).await?;
    let user = &record.user;
    let view = SessionUserView {
        id: user.id.to_string(),
        username: user.username.to_string(),
        display_name: user.display_name.to_string(),
    };
    Ok(HttpResponse::Created().insert_header((header::LOCATION, format!("/api/v1/users/{}", view.id))).json(view))
}

/// Uses the code. Nobody guesses 256 bits, but each guess asks the database: so addresses have to wait.
pub(crate) async fn complete(
    state: &Data<HttpState>,
    arrived: Arrived,
    code: Option<String>,
    new: Submitted<NewUser, EditUser>,
) -> Result<UserRecord, ApiError> {
    let code: Option<Secret> = match (code.map(|code| code.parse()), &new) {
        (Some(code), _) => code.ok(),
        (None, Ok(_)) => None,
        (None, Err(refused)) => return Err(ApiError::Admin(AdminError::Invalid(refused.errors.clone()))),
    };
    let counters = [Counter::address(arrived.address)];
    let begun = state.sign_in.throttle.begin(&counters, arrived.now);
    let begun = begun.map_err(|TooEarly(seconds)| ApiError::TooEarly(seconds))?;
    let code = code.ok_or(ApiError::SetupRefused)?;
    let done = blocking(state, move |state| state.admin.complete_setup(&arrived.origin(), &code, &new)).await;
    match done {
        Err(ApiError::Admin(AdminError::CodeRefused)) => Err(ApiError::SetupRefused),
        other => {
            state.sign_in.throttle.withdrawn(begun);
            other.map(|done| done.value)
        }
    }
}

fn command(SetupRequest { username, display_name, password, .. }: SetupRequest) -> NewUser {
    // The use case gives the role `admin`, and asks for a password.
    let password = Password::new(password.into_text()).ok();
    NewUser { username, display_name, roles: RoleSet::none(), enabled: true, password }
}
