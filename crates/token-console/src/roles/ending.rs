//! *Delete* of roles: says where the role is used, and takes it from everybody.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::InUse;
use token_core::RoleId;
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, html_with, in_path, redirect};

use super::{PATH, Panel, RolesPage, listing, place};
use crate::counts::counted;
use crate::forms::asks_for;
use crate::looks::rendered;
use crate::panels::with;
use crate::refusal::Refusal;

/// The question before a role is deleted.
pub(super) struct Ending {
    pub(super) name: String,
    /// Who loses it, in words; nobody.
    pub(super) held_by: Option<String>,
    pub(super) action: String,
    pub(super) back: String,
}

async fn ending(state: &Data<HttpState>, id: RoleId, filters: &str) -> Result<Ending, PageError> {
    let (role, used) = blocking(state, move |state| state.admin.role(id)).await?;
    let held = 0 < used.tokens.saturating_add(used.users);
    Ok(Ending {
        name: role.name.to_string(),
        held_by: held.then(|| {
            format!("{} and {}", counted(used.tokens, "token", "tokens"), counted(used.users, "person", "people"))
        }),
        action: format!("{PATH}/{id}/delete{filters}"),
        back: format!("{PATH}/{id}{filters}"),
    })
}

/// `GET /admin/roles/{id}/delete`: the question.
pub(crate) async fn delete_page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: RoleId = in_path(&request, "id", "role")?;
    let place = place(&request);
    let ending = ending(&state, id, &place.filters()).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    Ok(html(rendered(&RolesPage::new(&visit, None, listing, Panel::Ending(ending)))))
}

/// `POST /admin/roles/{id}/delete`: the role goes, also from the tokens and people that hold it, as the question said.
pub(crate) async fn delete(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: RoleId = in_path(&request, "id", "role")?;
    let place = place(&request);
    let filters = place.filters();
    if !asks_for(&fields, "delete") {
        return Ok(redirect(&format!("{PATH}/{id}/delete{filters}")));
    }
    let in_use = if fields.text("held") == Some("yes") { InUse::Force } else { InUse::Refuse };
    let author = visit.author();
    let refusal = match blocking(&state, move |state| state.admin.delete_role(&author, id, in_use)).await {
        Ok(_) => return Ok(redirect(&with(&format!("{PATH}{filters}"), "done", "role-deleted"))),
        Err(error) => Refusal::of(error)?,
    };
    let ending = ending(&state, id, &filters).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    let page = RolesPage::new(&visit, refusal.notice, listing, Panel::Ending(ending));
    Ok(html_with(refusal.status, rendered(&page)))
}
