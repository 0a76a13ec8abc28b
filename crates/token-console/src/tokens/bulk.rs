//! Many tokens at once: those that were chosen, and all expired ones.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{AdminError, BulkAction, BulkChoice, BulkEnd, rights};
use token_core::limits::{BULK, PAGE};
use token_core::{TextError, TokenCount, TokenId, TokenQuery, TokenStateFilter, UnixSeconds};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, html_with, redirect};

use super::PATH;
use super::list::{self, named};
use crate::console::Console;
use crate::counts;
use crate::forms::{Field, asks_for, sentence};
use crate::looks::rendered;
use crate::notice::Notice;
use crate::panels::with;
use crate::shell::{Shell, View};

/// How long one request goes on deleting, in microseconds; what is left is asked for again.
const PATIENCE: i64 = 5_000_000;
/// Names that the question shows.
const NAMED: usize = 20;

#[derive(Template)]
#[template(path = "tokens/bulk.html")]
struct BulkPage {
    shell: Shell,
    deletes: bool,
    ids: Vec<String>,
    names: Vec<String>,
    unnamed: usize,
    reason: Field,
    action: String,
    back: String,
}

/// `POST /admin/api-tokens/bulk`: asks, and then revokes or deletes all that were chosen, or none.
pub(crate) async fn bulk(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let filters = list::place(&request).filters();
    let deletes = fields.text("action") == Some("delete");
    let needed = if deletes { rights::TOKENS_DELETE } else { rights::TOKENS_REVOKE };
    if !visit.may(&needed) {
        return Err(AdminError::Missing(needed).into());
    }
    let ids: Result<BTreeSet<TokenId>, _> = fields.all("ids").map(str::parse).collect();
    let ids = ids.map_err(|_| AdminError::invalid("/ids", "one of them is no id of a token"))?;
    let back = format!("{PATH}{filters}");
    if ids.is_empty() {
        return Ok(redirect(&back));
    }
    if BULK < ids.len() {
        return Err(AdminError::TooMany(BULK).into());
    }
    let typed = fields.text("reason").unwrap_or_default().to_owned();
    let reason = if typed.trim().is_empty() { Ok(None) } else { typed.parse().map(Some) };
    let problem = reason.as_ref().err().map(|error: &TextError| sentence(&error.to_string()));
    let reason = reason.ok();
    if let (Some(reason), Some("yes")) = (reason, fields.text("sure")) {
        let action = if deletes { BulkAction::Delete } else { BulkAction::Revoke };
        let end = BulkEnd { choice: BulkChoice::Ids(ids.into_iter().collect()), action, reason };
        let author = visit.author();
        blocking(&state, move |state| state.admin.end_tokens(&author, &Ok(end))).await?;
        let done = if deletes { "tokens-deleted" } else { "tokens-revoked" };
        return Ok(redirect(&with(&back, "done", done)));
    }
    let shown: BTreeSet<TokenId> = ids.iter().copied().take(NAMED).collect();
    let names = blocking(&state, move |state| named(state, &shown)).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = if deletes { "Delete tokens" } else { "Revoke tokens" };
    Ok(html_with(
        status,
        rendered(&BulkPage {
            shell: Shell::new(title, View::ApiTokens, &visit),
            deletes,
            unnamed: ids.len().saturating_sub(names.len()),
            ids: ids.iter().map(ToString::to_string).collect(),
            names,
            reason: Field { value: typed, problem },
            action: format!("{PATH}/bulk{filters}"),
            back,
        }),
    ))
}

#[derive(Template)]
#[template(path = "tokens/expired.html")]
struct ExpiredPage {
    shell: Shell,
    count: Option<String>,
    back: &'static str,
}

fn expired(now: UnixSeconds, limit: usize) -> TokenQuery {
    TokenQuery { state: Some(TokenStateFilter::Expired), ..TokenQuery::newest(now, limit) }
}

/// `GET /admin/api-tokens/delete-expired`: how many that would be.
pub(crate) async fn delete_expired_page(
    visit: Visit,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let now = visit.now();
    let count = blocking(&state, move |state| console.counts.recent(state, &expired(now, 1))).await?;
    Ok(html(expired_page(&visit, count, None)))
}

fn expired_page(visit: &Visit, count: TokenCount, notice: Option<Notice>) -> String {
    let some = 0 < count.total || !count.exact;
    rendered(&ExpiredPage {
        shell: Shell::new("Delete expired tokens", View::ApiTokens, visit).saying(notice),
        count: some.then(|| counts::words(count, "expired token", "expired tokens")),
        back: PATH,
    })
}

/// `POST /admin/api-tokens/delete-expired`: deletes all tokens that have expired when the request comes; what it does
/// not get through in some seconds is asked for again.
pub(crate) async fn delete_expired(
    visit: Visit,
    fields: Fields,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    if !asks_for(&fields, "delete") {
        return Ok(redirect(&format!("{PATH}/delete-expired")));
    }
    let (author, now) = (visit.author(), visit.now());
    let (deleted, whole) = blocking(&state, move |state| {
        let begun = state.clock.now();
        let mut query = expired(now, PAGE);
        let mut deleted = 0;
        loop {
            let page = state.admin.store().list_tokens(&query)?;
            let ids: Vec<TokenId> = page.items.iter().map(token_core::TokenRecord::id).collect();
            if !ids.is_empty() {
                deleted += ids.len();
                let end = BulkEnd { choice: BulkChoice::Ids(ids), action: BulkAction::Delete, reason: None };
                state.admin.end_tokens(&author, &Ok(end))?;
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok((deleted, true));
            }
            if PATIENCE <= state.clock.now().get().saturating_sub(begun.get()) {
                return Ok((deleted, false));
            }
        }
    })
    .await?;
    if whole {
        return Ok(redirect(&format!("{PATH}?done=expired-deleted")));
    }
    let count = blocking(&state, move |state| Ok(state.admin.store().count_tokens(&expired(now, 1))?)).await?;
    let told = format!("{} expired tokens are deleted so far; there are more.", counts::grouped(deleted as u64));
    Ok(html(expired_page(&visit, count, Some(Notice::good(told)))))
}
