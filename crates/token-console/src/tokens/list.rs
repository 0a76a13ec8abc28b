//! The left panel: filters, rows, and how many there are.

use std::collections::BTreeSet;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{AdminError, rights};
use token_core::{TokenCount, TokenId, TokenRecord, UnixSeconds};
use token_http::HttpState;
use token_http::pages::{self, PageError, Visit, blocking, html};

use super::{PATH, mark};
use crate::access;
use crate::console::Console;
use crate::counts;
use crate::forms::Choice;
use crate::looks::rendered;
use crate::panels::{Bulk, Listing, Place, Row, Select, plain, with};

/// Parameters that belong to the list, and go along from row to row.
const FILTERS: [&str; 7] = ["name", "state", "role", "created_by", "expires_before", "unused_since", "sort"];
const ORDERS: [(&str, &str); 5] = [
    ("created", "Oldest first"),
    ("name", "Name A–Z"),
    ("-name", "Name Z–A"),
    ("expires_at", "Ends soonest"),
    ("-expires_at", "Ends latest"),
];

/// Where somebody is in the list of tokens.
pub(super) fn place(request: &HttpRequest) -> Place {
    Place::read(request, &FILTERS)
}

/// The list at a place, with the chosen token marked.
pub(super) async fn load(
    place: Place,
    visit: &Visit,
    state: &Data<HttpState>,
    console: &Data<Console>,
    chosen: Option<TokenId>,
) -> Result<Listing, PageError> {
    let filters = place.filters();
    let value = |name: &str| place.value(name);
    let (name, of_state, role, sort) = (value("name"), value("state"), value("role"), value("sort"));
    let others = place.others(&["created_by", "expires_before", "unused_since"]);
    let asked = pages::tokens(place.query, visit, state)?;
    let wanted = asked.wanted.clone();
    let console = console.clone();
    let (page, count, roles) = blocking(state, move |state| {
        let page = state.admin.store().list_tokens(&wanted)?;
        let whole = page.next.is_none() && wanted.after.is_none();
        let count = if whole {
            Some(TokenCount { total: page.items.len() as u64, exact: true })
        } else {
            console.counts.known(state, &wanted)?
        };
        Ok((page, count, access::offered(state)?))
    })
    .await?;
    let (revoke, delete) = (visit.may(&rights::TOKENS_REVOKE), visit.may(&rights::TOKENS_DELETE));
    let orders = ORDERS.iter().map(|(value, name)| Choice { value: (*value).to_owned(), name: (*name).to_owned() });
    let select = |name, label, first, choices, value| Select { name, label, first, choices, value };
    Ok(Listing {
        heading: "API Tokens",
        path: PATH,
        label: "Filter tokens by name",
        name,
        selects: vec![
            select("state", "State", "Any state", plain(&["active", "expired", "revoked"]), of_state),
            select("role", "Role", "Any role", roles, role),
            select("sort", "Order", "Newest first", orders.collect(), sort),
        ],
        others,
        rows: rows(&page.items, chosen, &filters, visit.now()),
        more: page.next.as_ref().map(|next| with(&format!("{PATH}{filters}"), "cursor", &asked.cursor(next))),
        count: count.map(|count| counts::words(count, "token", "tokens")),
        count_at: format!("{PATH}/count{filters}"),
        filters,
        empty: "There is no API token yet.",
        may_create: visit.may(&rights::TOKENS_CREATE),
        bulk: (revoke || delete).then_some(Bulk { revoke, delete }),
    })
}

fn rows(records: &[TokenRecord], chosen: Option<TokenId>, filters: &str, now: UnixSeconds) -> Vec<Row> {
    let row = |record: &TokenRecord| {
        let (mark, note) = mark(record, now);
        Row {
            id: record.id().to_string(),
            name: record.token.grant().name.to_string(),
            href: format!("{PATH}/{}{filters}", record.id()),
            current: chosen == Some(record.id()),
            mark: Some(mark),
            note,
        }
    };
    records.iter().map(row).collect()
}

#[derive(Template)]
#[template(path = "count.html")]
struct CountPage {
    count: String,
}

/// `GET /admin/api-tokens/count`: how many tokens the filters leave, at most ten seconds old.
pub(crate) async fn count(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let asked = pages::tokens(place(&request).query, &visit, &state)?;
    let count = blocking(&state, move |state| console.counts.recent(state, &asked.wanted)).await?;
    Ok(html(rendered(&CountPage { count: counts::words(count, "token", "tokens") })))
}

/// Names of tokens, for pages that ask about several. May block.
pub(super) fn named(state: &HttpState, ids: &BTreeSet<TokenId>) -> Result<Vec<String>, AdminError> {
    let mut names = Vec::new();
    state.admin.store().read(&mut |tx| {
        for id in ids {
            names.extend(tx.token(*id)?.map(|record| record.token.grant().name.to_string()));
        }
        Ok(())
    })?;
    Ok(names)
}
