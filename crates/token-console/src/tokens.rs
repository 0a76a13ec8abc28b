//! The view *API Tokens*: the list on the left, one token on the right.

mod bulk;
mod ending;
mod explain;
mod form;
mod input;
mod list;
mod panel;
mod reveal;
mod rotate;
mod save;
mod state;
mod usage;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_core::TokenId;
use token_http::HttpState;
use token_http::pages::{PageError, Visit, blocking, html, in_path};

use crate::console::Console;
use crate::looks::rendered;
use crate::notice::done;

pub(crate) use bulk::{bulk, delete_expired, delete_expired_page};
pub(crate) use ending::{delete, delete_page};
pub(crate) use list::count;
pub(crate) use reveal::reveal;
pub(crate) use rotate::{rotate, rotate_page};
pub(crate) use save::{create, new, save};
pub(crate) use state::mark;

use panel::{Panel, TokensPage};

/// Where the view is.
pub(crate) const PATH: &str = "/admin/api-tokens";

/// `GET /admin/api-tokens`: the list, and nothing chosen.
pub(crate) async fn list(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let mut place = list::place(&request);
    let notice = done(&mut place.query);
    let listing = list::load(place, &visit, &state, &console, None).await?;
    Ok(html(rendered(&TokensPage::new(&visit, notice, listing, Panel::Nothing))))
}

/// `GET /admin/api-tokens/{id}`: the list, and this token alone (S05).
pub(crate) async fn show(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let mut place = list::place(&request);
    let (notice, question) = (done(&mut place.query), place.query.text("explain"));
    let filters = place.filters();
    let listing = list::load(place, &visit, &state, &console, Some(id)).await?;
    let seen = visit.clone();
    let panel = blocking(&state, move |state| {
        let record = state.admin.token(id)?;
        let form = form::Form::of(&record, &seen, state, &filters)?;
        form.explaining(state, question)
    })
    .await?;
    Ok(html(rendered(&TokensPage::new(&visit, notice, listing, Panel::Form(Box::new(panel))))))
}
