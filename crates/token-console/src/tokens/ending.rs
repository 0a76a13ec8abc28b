//! *Delete*: asks, and then takes the token off the list.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_core::TokenId;
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, in_path, redirect};

use super::panel::{Panel, TokensPage};
use super::{PATH, list};
use crate::console::Console;
use crate::forms::asks_for;
use crate::looks::rendered;
use crate::panels::with;

/// The question before a token is deleted.
pub(super) struct Ending {
    pub(super) name: String,
    pub(super) action: String,
    pub(super) back: String,
}

/// `GET /admin/api-tokens/{id}/delete`: the question (S33).
pub(crate) async fn delete_page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let place = list::place(&request);
    let filters = place.filters();
    let record = blocking(&state, move |state| state.admin.token(id)).await?;
    let ending = Ending {
        name: record.token.grant().name.to_string(),
        action: format!("{PATH}/{id}/delete{filters}"),
        back: format!("{PATH}/{id}{filters}"),
    };
    let listing = list::load(place, &visit, &state, &console, Some(id)).await?;
    Ok(html(rendered(&TokensPage::new(&visit, None, listing, Panel::Ending(ending)))))
}

/// `POST /admin/api-tokens/{id}/delete`: the token is revoked and gone (S31).
pub(crate) async fn delete(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let filters = list::place(&request).filters();
    if !asks_for(&fields, "delete") {
        return Ok(redirect(&format!("{PATH}/{id}/delete{filters}")));
    }
    let author = visit.author();
    blocking(&state, move |state| state.admin.delete_token(&author, id)).await?;
    Ok(redirect(&with(&format!("{PATH}{filters}"), "done", "token-deleted")))
}
