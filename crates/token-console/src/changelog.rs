//! The view *Changelog*: newest first, filters that add up, export, and the verdict about the chain (T08, X08).

mod export;
mod line;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::AdminError;
use token_core::{
    DetailValue, Event, EventKind, EventQuery, Level, LogVerdict, Page, RoleSet, StoreError, SubjectKind,
};
use token_http::HttpState;
use token_http::pages::{self, PageError, Query, Visit, blocking, html, html_with};

use crate::access;
use crate::counts::grouped;
use crate::looks::rendered;
use crate::notice::Notice;
use crate::panels::{Mark, Place, with};
use crate::shell::{Shell, View};

pub(crate) use export::export;
pub(crate) use line::{Line, history, meanwhile};

const PATH: &str = "/admin/changelog";
/// Parts of the log that one page looks through at most.
const PARTS: usize = 2;
const FILTERS: [&str; 7] = ["level", "type", "subject", "subject_id", "from", "until", "text"];

/// One choice of a filter.
struct Offered {
    value: &'static str,
    chosen: bool,
}

/// The filters as they were typed.
struct Filters {
    levels: Vec<Offered>,
    kinds: Vec<Offered>,
    subjects: Vec<Offered>,
    subject_id: String,
    from: String,
    until: String,
    text: String,
}

#[derive(Template)]
#[template(path = "changelog.html")]
struct ChangelogPage {
    shell: Shell,
    filters: Filters,
    lines: Vec<Line>,
    more: Option<String>,
    export: String,
    here: String,
    filtered: bool,
}

/// `GET /admin/changelog`.
pub(crate) async fn page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let place = Place::read(&request, &FILTERS);
    let here = place.filters();
    let filters = filters(&place);
    let asked = pages::events(place.query, &visit, &state)?;
    let wanted = asked.wanted.clone();
    let read = blocking(&state, move |state| {
        let mut page = state.admin.store().list_events(&wanted)?;
        // A part of the log in which nothing fits is no page to look at; some more are looked through.
        for _ in 1..PARTS {
            if !page.items.is_empty() || page.next.is_none() {
                break;
            }
            page = state.admin.store().list_events(&EventQuery { before: page.next, ..wanted.clone() })?;
        }
        let names = access::names(state, &roles_in(&page.items))?;
        Ok((page, names))
    })
    .await;
    let mut shell = Shell::new("Changelog", View::Changelog, &visit);
    let (status, page, names) = match read.map_err(PageError::into_admin) {
        Ok((page, names)) => (StatusCode::OK, page, names),
        // Whoever can damage one row must not hide that the log can be checked.
        Err(Ok(AdminError::Store(StoreError::Corrupt { .. }))) => {
            let told =
                "One of these events is not what was written, so they cannot be shown. Check the log to see which.";
            shell = shell.saying(Some(Notice::bad(told)));
            (StatusCode::INTERNAL_SERVER_ERROR, Page { items: Vec::new(), next: None }, BTreeMap::new())
        }
        Err(Ok(error)) => return Err(error.into()),
        Err(Err(error)) => return Err(error),
    };
    let more = page.next.as_ref().map(|next| with(&format!("{PATH}{here}"), "cursor", &asked.cursor(next)));
    let page = ChangelogPage {
        shell,
        filters,
        lines: page.items.iter().map(|event| Line::new(event, &names)).collect(),
        more,
        export: format!("{PATH}/export.csv{here}"),
        filtered: !here.is_empty(),
        here: format!("{PATH}{here}"),
    };
    Ok(html_with(status, rendered(&page)))
}

fn filters(place: &Place) -> Filters {
    let offered = |name: &str, values: Vec<&'static str>| {
        let chosen = place.value(name);
        values.into_iter().map(|value| Offered { value, chosen: chosen == value }).collect()
    };
    Filters {
        levels: offered("level", Level::ALL.iter().map(|level| level.as_str()).collect()),
        kinds: offered("type", EventKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        subjects: offered("subject", SubjectKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        subject_id: place.value("subject_id"),
        from: place.value("from"),
        until: place.value("until"),
        text: place.value("text"),
    }
}

/// Roles whose ids stand in these events.
fn roles_in(events: &[Event]) -> RoleSet {
    let details = events.iter().flat_map(|event| &event.details.0).filter(|detail| detail.field == "roles");
    let lists = details.flat_map(|detail| [&detail.before, &detail.after]).flatten();
    let ids = lists.flat_map(|value| match value {
        DetailValue::List(ids) => ids.as_slice(),
        DetailValue::Text(_) | DetailValue::Integer(_) => &[],
    });
    ids.filter_map(|id| id.parse().ok()).collect()
}

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPage {
    shell: Shell,
    mark: Mark,
    told: String,
    facts: Vec<(&'static str, String)>,
}

/// `GET /admin/changelog/check`: reads the whole log, each time it is asked.
pub(crate) async fn check(visit: Visit, state: Data<HttpState>) -> Result<HttpResponse, PageError> {
    let verdict = blocking(&state, |state| Ok(state.admin.store().verify_log()?)).await?;
    let (mark, told) = told(&verdict);
    let facts = vec![
        ("Events", grouped(verdict.events)),
        ("Last event", verdict.head.seq.to_string()),
        ("Its digest", verdict.head.digest.to_string()),
        ("Epoch", verdict.head.epoch.to_string()),
    ];
    let shell = Shell::new("Check of the changelog", View::Changelog, &visit);
    Ok(html(rendered(&VerdictPage { shell, mark, told, facts })))
}

fn told(verdict: &LogVerdict) -> (Mark, String) {
    if let Some((seq, why)) = &verdict.broken {
        let told = format!("Broken at event {seq}: {why}. Somebody changed the log behind the server's back.");
        return (Mark { look: "bad", word: "broken" }, told);
    }
    if !verdict.unsealed.is_empty() {
        let ranges: Vec<String> = verdict.unsealed.iter().map(|(from, to)| format!("{from} to {to}")).collect();
        let told = format!(
            "Every link holds; events {} have no MAC yet. A node with the master key seals them.",
            ranges.join(", ")
        );
        return (Mark { look: "warn", word: "unsealed" }, told);
    }
    if !verdict.macs_checked {
        let told = "Every link holds. MACs were not checked: this node has no master key.".to_owned();
        return (Mark { look: "warn", word: "links valid" }, told);
    }
    let told = "Every link and every MAC holds: no event was changed, removed or put in.".to_owned();
    (Mark { look: "good", word: "valid" }, told)
}

/// Names for the export, page by page.
fn names(state: &HttpState, events: &[Event]) -> Result<BTreeMap<String, String>, token_admin::AdminError> {
    access::names(state, &roles_in(events))
}

/// What an export asks for: the filters, and no place.
fn wanted(query: Query, visit: &Visit, state: &HttpState) -> Result<EventQuery, PageError> {
    let asked = pages::events(query, visit, state)?;
    Ok(EventQuery { before: None, limit: token_core::limits::PAGE, ..asked.wanted })
}
