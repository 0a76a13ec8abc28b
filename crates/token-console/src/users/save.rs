//! *Add* and *Save* of people.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::{FieldError, UserDetails};
use token_core::{SubjectKind, UserId};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html_with, in_path, redirect};

use super::form::Form;
use super::input::Input;
use super::{PATH, Panel, UsersPage, listing, place};
use crate::changelog::meanwhile;
use crate::forms::Ask;
use crate::looks::rendered;
use crate::notice::Notice;
use crate::panels::{Place, with};
use crate::refusal::Refusal;

/// `GET /admin/users/new`: an empty form.
pub(crate) async fn new(visit: Visit, request: HttpRequest, state: Data<HttpState>) -> Result<HttpResponse, PageError> {
    let place = place(&request);
    let input = Input { enabled: true, ..Input::default() };
    let form = typed(&state, &visit, None, input, Vec::new(), &place.filters()).await?;
    page(&visit, &state, place, None, StatusCode::OK, None, form).await
}

/// `POST /admin/users/new`: a new account, or the form again with everything that is wrong.
pub(crate) async fn create(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let place = place(&request);
    let filters = place.filters();
    let input = Input::sent(&fields);
    if Ask::read(fields.text("do")) != Ask::Save {
        let form = typed(&state, &visit, None, input, Vec::new(), &filters).await?;
        return page(&visit, &state, place, None, StatusCode::OK, None, form).await;
    }
    let (author, asked) = (visit.author(), input.clone());
    let made = blocking(&state, move |state| {
        let password = fields.text("password").unwrap_or_default();
        state.admin.create_user(&author, &asked.new_user(password))
    })
    .await;
    let refusal = match made {
        Ok(done) => {
            return Ok(redirect(&with(&format!("{PATH}/{}{filters}", done.value.id()), "done", "user-created")));
        }
        Err(error) => Refusal::of(error)?,
    };
    let form = typed(&state, &visit, None, input, refusal.errors, &filters).await?;
    page(&visit, &state, place, None, refusal.status, refusal.notice, form).await
}

/// `POST /admin/users/{id}`: one save of the whole form; a stale one saves nothing and keeps the input.
pub(crate) async fn save(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: UserId = in_path(&request, "id", "person")?;
    let place = place(&request);
    let filters = place.filters();
    let input = Input::sent(&fields);
    let before = blocking(&state, move |state| state.admin.user(id)).await?;
    if Ask::read(fields.text("do")) != Ask::Save {
        let form = typed(&state, &visit, Some(before), input, Vec::new(), &filters).await?;
        return page(&visit, &state, place, Some(id), StatusCode::OK, None, form).await;
    }
    let (author, asked) = (visit.author(), input.clone());
    let saved = blocking(&state, move |state| {
        let password = fields.text("password").unwrap_or_default();
        state.admin.edit_user(&author, id, asked.version, &asked.edit(password))
    })
    .await;
    let refusal = match saved {
        Ok(_) => return Ok(redirect(&with(&format!("{PATH}/{id}{filters}"), "done", "user-saved"))),
        Err(error) => Refusal::of(error)?,
    };
    let Some(current) = refusal.current else {
        let form = typed(&state, &visit, Some(before), input, refusal.errors, &filters).await?;
        return page(&visit, &state, place, Some(id), refusal.status, refusal.notice, form).await;
    };
    let seen = visit.clone();
    let form = blocking(&state, move |state| {
        let details = state.admin.user(id)?;
        let meanwhile =
            meanwhile(state, (SubjectKind::User, &id.to_string()), (input.version, current), &BTreeMap::new())?;
        let input = Input { version: Some(details.record.version), ..input };
        let form = Form::typed(Some(&details), input, &[], &seen, state, &filters)?;
        Ok(Form { is_stale: true, meanwhile, ..form })
    })
    .await?;
    page(&visit, &state, place, Some(id), refusal.status, None, form).await
}

async fn typed(
    state: &Data<HttpState>,
    visit: &Visit,
    details: Option<UserDetails>,
    input: Input,
    errors: Vec<FieldError>,
    filters: &str,
) -> Result<Form, PageError> {
    let (visit, filters) = (visit.clone(), filters.to_owned());
    blocking(state, move |state| Form::typed(details.as_ref(), input, &errors, &visit, state, &filters)).await
}

async fn page(
    visit: &Visit,
    state: &Data<HttpState>,
    place: Place,
    chosen: Option<UserId>,
    status: StatusCode,
    notice: Option<Notice>,
    form: Form,
) -> Result<HttpResponse, PageError> {
    let listing = listing(place, visit, state, chosen).await?;
    Ok(html_with(status, rendered(&UsersPage::new(visit, notice, listing, Panel::Form(Box::new(form))))))
}
