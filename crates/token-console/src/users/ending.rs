//! *Sign out everywhere* and *Delete* of people.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_core::UserId;
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, html_with, in_path, redirect};

use super::{PATH, Panel, UsersPage, listing, place};
use crate::access;
use crate::forms::asks_for;
use crate::looks::rendered;
use crate::panels::with;
use crate::refusal::Refusal;

/// The question before an account is deleted.
pub(super) struct Ending {
    pub(super) name: String,
    pub(super) made_tokens: bool,
    pub(super) tokens_at: String,
    pub(super) action: String,
    pub(super) back: String,
}

async fn ending(state: &Data<HttpState>, id: UserId, filters: &str) -> Result<Ending, PageError> {
    let details = blocking(state, move |state| state.admin.user(id)).await?;
    Ok(Ending {
        name: access::person(&details.record),
        made_tokens: 0 < details.tokens_made,
        tokens_at: format!("/admin/api-tokens?created_by={id}"),
        action: format!("{PATH}/{id}/delete{filters}"),
        back: format!("{PATH}/{id}{filters}"),
    })
}

/// `POST /admin/users/{id}/sign-out`: all sessions of the person end.
pub(crate) async fn sign_out(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: UserId = in_path(&request, "id", "person")?;
    let filters = place(&request).filters();
    if !asks_for(&fields, "sign-out") {
        return Ok(redirect(&format!("{PATH}/{id}{filters}")));
    }
    let author = visit.author();
    blocking(&state, move |state| state.admin.end_sessions_of(&author, id)).await?;
    Ok(redirect(&with(&format!("{PATH}/{id}{filters}"), "done", "user-signed-out")))
}

/// `GET /admin/users/{id}/delete`: the question.
pub(crate) async fn delete_page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: UserId = in_path(&request, "id", "person")?;
    let place = place(&request);
    let ending = ending(&state, id, &place.filters()).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    Ok(html(rendered(&UsersPage::new(&visit, None, listing, Panel::Ending(ending)))))
}

/// `POST /admin/users/{id}/delete`: the account goes, and its sessions end.
pub(crate) async fn delete(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: UserId = in_path(&request, "id", "person")?;
    let place = place(&request);
    let filters = place.filters();
    if !asks_for(&fields, "delete") {
        return Ok(redirect(&format!("{PATH}/{id}/delete{filters}")));
    }
    let author = visit.author();
    let refusal = match blocking(&state, move |state| state.admin.delete_user(&author, id)).await {
        Ok(_) => return Ok(redirect(&with(&format!("{PATH}{filters}"), "done", "user-deleted"))),
        Err(error) => Refusal::of(error)?,
    };
    let ending = ending(&state, id, &filters).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    let page = UsersPage::new(&visit, refusal.notice, listing, Panel::Ending(ending));
    Ok(html_with(refusal.status, rendered(&page)))
}
